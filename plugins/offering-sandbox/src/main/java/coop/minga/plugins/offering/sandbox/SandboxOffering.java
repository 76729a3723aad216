package coop.minga.plugins.offering.sandbox;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.api.offering.OfferingFactory;

import org.pf4j.Extension;

/** Sells an isolated Linux userland with a terminal in the browser and a web page. */
@Extension
public final class SandboxOffering implements OfferingFactory {

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                "sandbox",
                Kind.OFFERING,
                Text.of("Sandbox"),
                Text.of(
                        "A Linux of your own in under a second: terminal in the browser, files that"
                                + " stay, and a web page at its own address.",
                        "Un Linux propio en menos de un segundo: terminal en el navegador, archivos"
                                + " que se conservan y una página web con su propia dirección."));
    }

    @Override
    public OfferingBlueprint open(ProviderContext context, ProviderConfig config) {
        return new SandboxBlueprint();
    }
}
