package coop.minga.plugins.fiscal.sri;

import coop.minga.plugin.testkit.PluginJarContract;

final class SriJarIT extends PluginJarContract {}
