package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.testkit.PluginJarContract;

/** The built jar through the loader hosts use. */
class SandboxJarIT extends PluginJarContract {}
