/**
 * The offering that needs nothing but a userland: a small Linux of one's own with a terminal in the
 * browser and a web page that can be replaced.
 *
 * <p>Entrance: {@link coop.minga.plugins.offering.sandbox.SandboxOffering}. Uses the plugin API
 * only; what runs inside is {@code server.pl}.
 */
@NullMarked
package coop.minga.plugins.offering.sandbox;

import org.jspecify.annotations.NullMarked;
