package ${package};

import coop.minga.plugin.testkit.PluginJarContract;

/** The built jar, opened by the loader that hosts use. */
final class JarIT extends PluginJarContract {}
