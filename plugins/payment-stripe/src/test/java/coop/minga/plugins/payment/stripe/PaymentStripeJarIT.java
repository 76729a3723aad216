package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.testkit.PluginJarContract;

final class PaymentStripeJarIT extends PluginJarContract {}
