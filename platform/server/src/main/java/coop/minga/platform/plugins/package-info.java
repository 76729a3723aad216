/**
 * Plugins: looks for jars, checks and loads each in isolation, starts and stops each in a turn of
 * its own under a deadline, and lets go of them. A bad jar is a row with a reason, never a dead
 * host.
 *
 * <p>Entrance: {@link coop.minga.platform.plugins.PluginService}. Uses the plugin loader, config,
 * db, http, audit and events; the only room that may know pf4j.
 */
@NullMarked
package coop.minga.platform.plugins;

import org.jspecify.annotations.NullMarked;
