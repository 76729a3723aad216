package coop.minga.plugins.container;

import coop.minga.plugin.testkit.PluginJarContract;

final class ContainerJarIT extends PluginJarContract {}
