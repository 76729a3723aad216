package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.ProviderFactory;

/**
 * Makes payment providers; the descriptor's capabilities name what they can do ({@link Ability}).
 */
public interface PaymentProviderFactory extends ProviderFactory<PaymentProvider> {}
