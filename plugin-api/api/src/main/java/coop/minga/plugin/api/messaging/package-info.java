/**
 * Messaging channels: ways to reach a person. Templates and one-time codes are the host's; a
 * channel only delivers.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.messaging.MessagingChannel}, made by a {@link
 * coop.minga.plugin.api.messaging.MessagingFactory}.
 */
@NullMarked
package coop.minga.plugin.api.messaging;

import org.jspecify.annotations.NullMarked;
