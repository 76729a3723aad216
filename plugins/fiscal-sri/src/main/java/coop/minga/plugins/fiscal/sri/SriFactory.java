package coop.minga.plugins.fiscal.sri;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.fiscal.FiscalIssuer;
import coop.minga.plugin.api.fiscal.FiscalIssuerFactory;

import org.pf4j.Extension;

/** Describes the issuer of access keys. */
@Extension
public final class SriFactory implements FiscalIssuerFactory {

    static final String ENVIRONMENT = "environment";

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "fiscal-sri",
                        Kind.FISCAL,
                        Text.of("SRI access keys (Ecuador)", "Claves de acceso del SRI (Ecuador)"),
                        Text.of(
                                "Gives invoices and credit notes their access key. Signs and"
                                        + " transmits nothing; not tried against the SRI.",
                                "Da a facturas y notas de crédito su clave de acceso. No firma ni"
                                        + " transmite nada; no se probó contra el SRI."))
                .withSchema(
                        ConfigSchema.of(
                                Field.of(
                                                ENVIRONMENT,
                                                FieldType.choice(
                                                        new FieldType.Option(
                                                                "test", Text.of("Test", "Pruebas")),
                                                        new FieldType.Option(
                                                                "production",
                                                                Text.of(
                                                                        "Production",
                                                                        "Producción"))),
                                                Text.of("Environment", "Ambiente"))
                                        .explained(
                                                Text.of(
                                                        "Part of every key. Series must look like"
                                                                + " 001-001- (establishment and"
                                                                + " point of emission).",
                                                        "Forma parte de cada clave. Las series"
                                                                + " deben ser como 001-001-"
                                                                + " (establecimiento y punto de"
                                                                + " emisión)."))
                                        .needed()));
    }

    @Override
    public FiscalIssuer open(ProviderContext context, ProviderConfig config) {
        AccessKey.Environment environment =
                config.text(ENVIRONMENT).equals("production")
                        ? AccessKey.Environment.PRODUCTION
                        : AccessKey.Environment.TEST;
        return new SriIssuer(context, environment);
    }
}
