/**
 * Telling people by mail what happened to their things. The texts are the host's; messaging plugins
 * only deliver.
 *
 * <p>Entrance: {@link coop.minga.platform.notifications.Notifications}. Uses identity for
 * addresses, providers for delivery, jobs and events.
 */
@NullMarked
package coop.minga.platform.notifications;

import org.jspecify.annotations.NullMarked;
