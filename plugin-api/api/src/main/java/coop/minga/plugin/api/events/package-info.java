/**
 * Listeners: plugins that are told what happened on the host.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.events.EventListener}, made by an {@link
 * coop.minga.plugin.api.events.ListenerFactory}.
 */
@NullMarked
package coop.minga.plugin.api.events;

import org.jspecify.annotations.NullMarked;
