/**
 * Configuration as data: a plugin describes what it needs, the host renders the form, validates,
 * encrypts secrets and runs the test.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.config.ConfigSchema}. Pure data, no I/O.
 */
@NullMarked
package coop.minga.plugin.api.config;

import org.jspecify.annotations.NullMarked;
