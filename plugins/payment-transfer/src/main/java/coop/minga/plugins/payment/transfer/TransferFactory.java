package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Ability;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.PaymentProviderFactory;

import org.pf4j.Extension;

/** Describes bank transfers; one instance per account. */
@Extension
public final class TransferFactory implements PaymentProviderFactory {

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "payment-transfer",
                        Kind.PAYMENT,
                        Text.of("Bank transfer", "Transferencia bancaria"),
                        Text.of(
                                "The payer sends money to your account with a reference; you or"
                                        + " your bank's statement confirm it.",
                                "Quien paga envía dinero a tu cuenta con una referencia; tú o el"
                                        + " extracto de tu banco lo confirman."))
                .withCapabilities(
                        Ability.CHECKOUT_FORM, Ability.STAFF_APPROVAL, Ability.STATEMENT_IMPORT)
                .withSchema(Settings.schema());
    }

    @Override
    public PaymentProvider open(ProviderContext context, ProviderConfig config) {
        return new TransferPayments(context, Settings.of(config));
    }
}
