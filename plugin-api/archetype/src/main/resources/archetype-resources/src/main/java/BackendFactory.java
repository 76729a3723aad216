package ${package};

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.ComputeBackendFactory;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import org.pf4j.Extension;

/** Runs images on the machines of a vendor. */
@Extension
public final class BackendFactory implements ComputeBackendFactory {

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "${artifactId}",
                        Kind.COMPUTE,
                        Text.of("Example vendor", "Proveedor de ejemplo"),
                        Text.of("Machines of a vendor.", "Máquinas de un proveedor."))
                .withCapabilities(Need.OCI_IMAGE)
                .withSchema(
                        ConfigSchema.of(
                                Field.of(
                                                "url",
                                                FieldType.url("https", "http"),
                                                Text.of("API address", "Dirección de la API"))
                                        .needed(),
                                Field.of("token", FieldType.secret(), Text.of("Token", "Token"))
                                        .needed()
                                        .explained(
                                                Text.of(
                                                        "Made in the vendor's console; it must be"
                                                                + " able to create and delete"
                                                                + " machines.",
                                                        "Se crea en la consola del proveedor; debe"
                                                            + " poder crear y borrar máquinas."))));
    }

    @Override
    public ComputeBackend open(ProviderContext context, ProviderConfig config) {
        return new Backend(
                context.hostId(),
                new Vendor(context.http(), config.url("url"), config.text("token")));
    }
}
