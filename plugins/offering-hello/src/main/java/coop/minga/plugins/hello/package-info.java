/**
 * The smallest useful plugin: an offering that serves one page with the customer's greeting.
 *
 * <p>Entrance: {@link coop.minga.plugins.hello.HelloOffering}. Uses the plugin API only.
 */
@NullMarked
package coop.minga.plugins.hello;

import org.jspecify.annotations.NullMarked;
