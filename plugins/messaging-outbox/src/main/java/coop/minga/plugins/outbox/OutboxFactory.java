package coop.minga.plugins.outbox;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.messaging.MessagingChannel;
import coop.minga.plugin.api.messaging.MessagingFactory;

import org.pf4j.Extension;

/** Describes the outbox; it needs no configuration and works in trials only. */
@Extension
public final class OutboxFactory implements MessagingFactory {
    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "outbox",
                        Kind.MESSAGING,
                        Text.of("Outbox (trial)", "Bandeja de salida (prueba)"),
                        Text.of(
                                "Keeps mail and SMS on a page only administrators see; sends"
                                        + " nothing.",
                                "Guarda correos y SMS en una página que solo ven los"
                                        + " administradores; no envía nada."))
                .withCapabilities("mail", "sms")
                .onlyInTrial();
    }

    @Override
    public MessagingChannel open(ProviderContext context, ProviderConfig config) {
        return new Outbox(context);
    }
}
