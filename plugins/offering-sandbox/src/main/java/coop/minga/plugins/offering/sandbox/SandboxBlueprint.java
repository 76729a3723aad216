package coop.minga.plugins.offering.sandbox;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.DeploymentSpec.GeneratedSecret;
import coop.minga.plugin.api.offering.OfferingBlueprint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plans the workload: a web server, the first page, and a token for what only the owner may do. */
final class SandboxBlueprint implements OfferingBlueprint {

    private static final String SERVER = resource("server.pl");
    private static final String PAGE = resource("index.html");

    private static final Field TITLE =
            Field.of("title", new FieldType.Line(60, "", false), Text.of("Title", "Título"))
                    .explained(
                            Text.of(
                                    "The heading of your first page. You can replace the whole page"
                                            + " later.",
                                    "El encabezado de tu primera página. Después puedes reemplazar"
                                            + " toda la página."));

    private static final Field MESSAGE =
            Field.of("message", new FieldType.Line(280, "", false), Text.of("Message", "Mensaje"))
                    .explained(
                            Text.of(
                                    "A sentence below the heading.",
                                    "Una frase debajo del encabezado."));

    private static final Field COLOR =
            Field.of(
                            "color",
                            FieldType.choice(
                                    new FieldType.Option("teal", Text.of("Teal", "Turquesa")),
                                    new FieldType.Option("violet", Text.of("Violet", "Violeta")),
                                    new FieldType.Option("amber", Text.of("Amber", "Ámbar"))),
                            Text.of("Color", "Color"))
                    .or("teal");

    /** Hue of each color, in degrees. */
    private static final Map<String, String> HUES =
            Map.of("teal", "174", "violet", "262", "amber", "36");

    @Override
    public ConfigSchema parameters() {
        return ConfigSchema.of(TITLE, MESSAGE, COLOR);
    }

    @Override
    public DeploymentSpec plan(
            ProviderConfig product, ProviderConfig parameters, DeploymentFacts facts) {
        String language = "es".equals(facts.language()) ? "es" : "en";
        Workload workload =
                Workload.ofCommand("perl", "/opt/minga/server.pl")
                        .withFiles(
                                List.of(
                                        new Workload.File("/opt/minga/server.pl", SERVER, false),
                                        new Workload.File(
                                                "/home/tenant/site/index.html",
                                                page(parameters, facts.name(), language),
                                                false)))
                        .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)))
                        .withHealth(new Workload.Health("web", "/health", Duration.ofSeconds(20)));
        return DeploymentSpec.of(Set.of(Need.USERLAND, Need.LOGS, Need.CONSOLE), workload)
                .withEnvironment(Map.of("MINGA_NAME", facts.name(), "MINGA_LANGUAGE", language))
                .withSecrets(
                        new GeneratedSecret(
                                "MINGA_TOKEN",
                                Text.of(
                                        "Access token for /private",
                                        "Clave de acceso para /private"),
                                32));
    }

    private static String page(ProviderConfig parameters, String name, String language) {
        boolean spanish = "es".equals(language);
        String title =
                parameters
                        .optionalText("title")
                        .filter(text -> !text.isBlank())
                        .orElse(spanish ? "¡Está en marcha!" : "It's alive!");
        String message =
                parameters
                        .optionalText("message")
                        .filter(text -> !text.isBlank())
                        .orElse(
                                spanish
                                        ? "Este es tu propio Linux, aislado y listo. Abre la"
                                                + " terminal y haz tuya esta página."
                                        : "This is your own Linux, isolated and ready. Open the"
                                                + " terminal and make this page yours.");
        String page = PAGE;
        Map<String, String> words =
                spanish
                        ? Map.of(
                                "RUNNING", "en línea",
                                "UPTIME", "Encendida hace",
                                "TIME", "Hora del servidor (UTC)",
                                "ANSWERS", "Respuestas servidas",
                                "EDIT", "Edita esta página en la terminal:",
                                "UPLOAD", "O sube archivos con tu clave de acceso:",
                                "MADE", "Servida desde tu instancia con Minga")
                        : Map.of(
                                "RUNNING", "online",
                                "UPTIME", "Up for",
                                "TIME", "Server time (UTC)",
                                "ANSWERS", "Answers served",
                                "EDIT", "Edit this page in the terminal:",
                                "UPLOAD", "Or upload files with your access token:",
                                "MADE", "Served from your instance with Minga");
        for (Map.Entry<String, String> word : words.entrySet()) {
            page = page.replace("{{" + word.getKey() + "}}", word.getValue());
        }
        // What the customer wrote goes in last, so that nothing in it is taken for a placeholder.
        return page.replace("{{LANGUAGE}}", language)
                .replace("{{HUE}}", HUES.getOrDefault(parameters.text("color"), "174"))
                .replace("{{NAME}}", escaped(name))
                .replace("{{TITLE}}", escaped(title).replace("{{", "&#123;&#123;"))
                .replace("{{MESSAGE}}", escaped(message));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String resource(String name) {
        try (InputStream in = SandboxBlueprint.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The plugin's jar lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
