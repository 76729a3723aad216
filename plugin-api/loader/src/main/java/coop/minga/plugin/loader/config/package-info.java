/**
 * Configuration schemas at work: validation of raw values, and the form a browser draws.
 *
 * <p>Entrance: {@link coop.minga.plugin.loader.config.ConfigReader} and {@link
 * coop.minga.plugin.loader.config.SchemaJson}. Takes and makes plain maps and lists, so that any
 * YAML or JSON library fits. Uses the plugin API only.
 */
@NullMarked
package coop.minga.plugin.loader.config;

import org.jspecify.annotations.NullMarked;
