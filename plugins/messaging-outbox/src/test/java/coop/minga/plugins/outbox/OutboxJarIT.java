package coop.minga.plugins.outbox;

import coop.minga.plugin.testkit.PluginJarContract;

final class OutboxJarIT extends PluginJarContract {}
