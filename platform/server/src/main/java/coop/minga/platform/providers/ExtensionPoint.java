package coop.minga.platform.providers;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Text;

import java.util.List;

/**
 * A place where providers take part.
 *
 * @param id as in the API
 * @param kind what serves it
 * @param capability what a provider must be able to do; empty for nothing in particular
 * @param single whether exactly one serves it
 */
public record ExtensionPoint(
        String id, Kind kind, String capability, boolean single, Text title, Text summary) {

    /** Mail of the host's own: one channel carries it. */
    public static final ExtensionPoint MAIL =
            new ExtensionPoint(
                    "messaging.mail",
                    Kind.MESSAGING,
                    "mail",
                    true,
                    Text.of("Mail", "Correo"),
                    Text.of(
                            "Carries what the host writes to people.",
                            "Lleva lo que el anfitrión escribe a las personas."));

    /** Reports what was invoiced: one issuer does. */
    public static final ExtensionPoint FISCAL =
            new ExtensionPoint(
                    "fiscal",
                    Kind.FISCAL,
                    "",
                    true,
                    Text.of("Fiscal issuer", "Emisor fiscal"),
                    Text.of(
                            "Reports invoices and credit notes to the tax authority.",
                            "Informa facturas y notas de crédito a la autoridad tributaria."));

    static final List<ExtensionPoint> ALL =
            List.of(
                    MAIL,
                    FISCAL,
                    new ExtensionPoint(
                            "compute",
                            Kind.COMPUTE,
                            "",
                            false,
                            Text.of("Compute backends", "Sistemas de cómputo"),
                            Text.of(
                                    "Run machines. Each machine goes to one that can carry it.",
                                    "Ejecutan máquinas. Cada una va a uno que pueda con ella.")),
                    new ExtensionPoint(
                            "offering",
                            Kind.OFFERING,
                            "",
                            false,
                            Text.of("Offerings", "Ofertas"),
                            Text.of(
                                    "Say what products are made of.",
                                    "Dicen de qué están hechos los productos.")),
                    new ExtensionPoint(
                            "listener",
                            Kind.LISTENER,
                            "",
                            false,
                            Text.of("Event listeners", "Receptores de eventos"),
                            Text.of("Are told what happens.", "Se enteran de lo que pasa.")),
                    new ExtensionPoint(
                            "payment",
                            Kind.PAYMENT,
                            "",
                            false,
                            Text.of("Payments", "Pagos"),
                            Text.of(
                                    "Take customers' money and give it back. Each customer"
                                            + " chooses.",
                                    "Cobran a los clientes y devuelven el dinero. Cada cliente"
                                            + " elige.")));

    boolean fits(ProviderView view) {
        return view.ref().kind() == kind
                && (capability.isEmpty() || view.capabilities().contains(capability));
    }
}
