package coop.minga.plugins.hello;

import coop.minga.plugin.testkit.PluginJarContract;

final class HelloJarIT extends PluginJarContract {}
