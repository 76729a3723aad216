package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Limits;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Ability;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.PaymentProviderFactory;

import org.pf4j.Extension;

import java.time.Duration;

/** Describes payments through Stripe; one instance is one Stripe account in one mode. */
@Extension
public final class StripePaymentsFactory implements PaymentProviderFactory {

    /** Stripe allows 25 requests a second to one address of its own in test mode. */
    private static final Limits LIMITS = new Limits(8, Duration.ofSeconds(45));

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "payment-stripe",
                        Kind.PAYMENT,
                        Text.of("Stripe"),
                        Text.of(
                                "Cards and wallets on Stripe's own page, saved cards, refunds,"
                                        + " disputes, and payouts through Connect.",
                                "Tarjetas y billeteras en la página de Stripe, tarjetas guardadas,"
                                        + " reembolsos, disputas y pagos a terceros con Connect."))
                .withCapabilities(
                        Ability.AUTHORIZE, Ability.SAVED_METHODS, Ability.DISPUTES, Ability.PAYOUTS)
                .withSchema(StripeConfig.schema())
                .withLimits(LIMITS);
    }

    @Override
    public PaymentProvider open(ProviderContext context, ProviderConfig config) {
        return StripePayments.of(context, StripeConfig.of(config));
    }
}
