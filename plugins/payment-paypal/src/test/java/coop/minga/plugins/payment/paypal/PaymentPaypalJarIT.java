package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.testkit.PluginJarContract;

final class PaymentPaypalJarIT extends PluginJarContract {}
