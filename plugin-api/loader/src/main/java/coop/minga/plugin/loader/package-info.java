/**
 * Turns a plugin jar into classes that run in isolation: reads the manifest, checks the archive,
 * unpacks nested libraries, loads, finds the extensions, and lets go again.
 *
 * <p>Shared by the host and by the contract kit, so that a plugin is tested through what will run
 * it. Uses the plugin API, pf4j and slf4j only.
 */
@NullMarked
package coop.minga.plugin.loader;

import org.jspecify.annotations.NullMarked;
