/**
 * What a plugin is tested with: one contract class per extension point to extend, a context that
 * remembers what a provider did, clocks that stand still, a vendor on loopback that can hang and
 * drop, and a check of the built jar through the real loader.
 *
 * <p>Entrance: extend the jar contract and the contract of the plugin's extension point. Uses the
 * plugin API, the loader, JUnit and AssertJ.
 */
@NullMarked
package coop.minga.plugin.testkit;

import org.jspecify.annotations.NullMarked;
