package coop.minga.plugins.offering.sandbox;

import coop.minga.plugin.testkit.PluginJarContract;

/** The built jar through the loader hosts use. */
class SandboxOfferingJarIT extends PluginJarContract {}
