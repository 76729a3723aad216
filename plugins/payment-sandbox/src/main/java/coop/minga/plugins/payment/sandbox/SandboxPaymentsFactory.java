package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.Ability;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.PaymentProviderFactory;

import org.pf4j.Extension;

import java.time.Duration;

/** Describes the test money; it needs no configuration and works in trials only. */
@Extension
public final class SandboxPaymentsFactory implements PaymentProviderFactory {

    static final String SETTLE_AFTER = "settle_after";
    static final String HOOK_SECRET = "hook_secret";

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "payment-sandbox",
                        Kind.PAYMENT,
                        Text.of("Test money", "Dinero de prueba"),
                        Text.of(
                                "Test cards for trying things out. Nobody pays, nothing is"
                                        + " charged.",
                                "Tarjetas de prueba para ensayar. Nadie paga, no se cobra nada."))
                .withCapabilities(
                        Ability.AUTHORIZE,
                        Ability.CHECKOUT_FORM,
                        Ability.SAVED_METHODS,
                        Ability.DISPUTES)
                .withSchema(
                        ConfigSchema.of(
                                Field.of(
                                                SETTLE_AFTER,
                                                FieldType.span(
                                                        Duration.ofSeconds(1), Duration.ofDays(7)),
                                                Text.of(
                                                        "Late payments settle after",
                                                        "Los pagos tardíos se liquidan a los"))
                                        .or("20s")
                                        .asAdvanced(),
                                Field.of(
                                                HOOK_SECRET,
                                                FieldType.secret(),
                                                Text.of(
                                                        "Secret of test webhooks",
                                                        "Secreto de webhooks de prueba"))
                                        .explained(
                                                Text.of(
                                                        "Made up when there is none.",
                                                        "Se inventa cuando no hay."))
                                        .asAdvanced()))
                .onlyInTrial();
    }

    @Override
    public PaymentProvider open(ProviderContext context, ProviderConfig config) {
        return new SandboxPayments(
                context,
                config.duration(SETTLE_AFTER),
                Hooks.of(context, config.optionalText(HOOK_SECRET)));
    }
}
