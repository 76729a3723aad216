package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.testkit.PluginJarContract;

final class PaymentSandboxJarIT extends PluginJarContract {}
