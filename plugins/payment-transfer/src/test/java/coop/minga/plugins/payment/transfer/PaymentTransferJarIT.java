package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.testkit.PluginJarContract;

final class PaymentTransferJarIT extends PluginJarContract {}
