package coop.minga.plugins.container;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.OfferingBlueprint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Turns an image and the customer's settings into a deployment. Whatever the inputs are, the result
 * is a deployment or a sentence for the customer, never another failure.
 */
final class ContainerBlueprint implements OfferingBlueprint {
    /** A registry's image by tag or digest, or a local id. */
    private static final Pattern IMAGE =
            Pattern.compile(
                    "(sha256:)?[0-9a-f]{64}"
                        + "|(?:(?:localhost|[a-zA-Z0-9-]+(?:[.][a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:))(?::[0-9]{1,5})?/)?"
                        + "[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
                        + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?");

    private static final int LONGEST_IMAGE = 255;
    private static final int MOST_ARGUMENTS = 64;
    private static final int LONGEST_ARGUMENT = 4_096;
    private static final int MOST_VARIABLES = 100;
    private static final int LONGEST_VALUE = 8_192;
    private static final int MOST_VOLUMES = 5;

    /** Mounting over these would replace the image's own system. */
    private static final Set<String> RESERVED =
            Set.of(
                    "/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run",
                    "/sbin", "/sys", "/usr");

    private static final ConfigSchema PRODUCT =
            ConfigSchema.of(
                    Field.of("image", FieldType.line(), Text.of("Image", "Imagen"))
                            .explained(
                                    Text.of(
                                            "By digest (name@sha256:…), tag (name:tag) or local id"
                                                + " (sha256:…). A digest or an id always means the"
                                                + " same image.",
                                            "Por digest (nombre@sha256:…), etiqueta (nombre:tag) o"
                                                    + " id local (sha256:…). Un digest o un id"
                                                    + " significan siempre la misma imagen.")),
                    Field.of(
                                    "allowed_images",
                                    FieldType.line(),
                                    Text.of(
                                            "Images customers may choose",
                                            "Imágenes que el cliente puede elegir"))
                            .explained(
                                    Text.of(
                                            "A regular expression the whole reference must match,"
                                                    + " for example docker\\.io/library/.*; empty:"
                                                    + " customers get the image above.",
                                            "Una expresión regular que debe cumplir toda la"
                                                + " referencia, por ejemplo docker\\.io/library/.*;"
                                                + " vacía: el cliente recibe la imagen de"
                                                + " arriba.")),
                    Field.of(
                                    "default_port",
                                    FieldType.integer(1, 65_535),
                                    Text.of("Default HTTP port", "Puerto HTTP por defecto"))
                            .or("80")
                            .explained(
                                    Text.of(
                                            "Used where the customer names none.",
                                            "Se usa si el cliente no indica ninguno.")),
                    Field.of(
                                    "allow_outbound",
                                    FieldType.bool(),
                                    Text.of(
                                            "Customers may open outgoing connections",
                                            "El cliente puede abrir conexiones salientes"))
                            .or("true"));

    private static final ConfigSchema PARAMETERS =
            ConfigSchema.of(
                    Field.of("image", FieldType.line(), Text.of("Image", "Imagen"))
                            .explained(
                                    Text.of(
                                            "Empty: the product's image. Another one only where the"
                                                    + " product allows it.",
                                            "Vacío: la imagen del producto. Otra solo si el"
                                                    + " producto lo permite.")),
                    Field.of(
                                    "port",
                                    FieldType.integer(1, 65_535),
                                    Text.of("HTTP port", "Puerto HTTP"))
                            .explained(
                                    Text.of(
                                            "The port your program listens on inside the container."
                                                    + " Empty: the product's, usually 80.",
                                            "El puerto en el que escucha tu programa dentro del"
                                                    + " contenedor. Vacío: el del producto,"
                                                    + " normalmente 80.")),
                    Field.of(
                                    "env",
                                    FieldType.area(65_536),
                                    Text.of("Environment variables", "Variables de entorno"))
                            .explained(
                                    Text.of(
                                            "One KEY=VALUE per line.",
                                            "Un CLAVE=VALOR por línea.")),
                    Field.of("command", FieldType.area(65_536), Text.of("Command", "Comando"))
                            .explained(
                                    Text.of(
                                            "The program and its arguments, one per line, without a"
                                                    + " shell. Empty: the image's own.",
                                            "El programa y sus argumentos, uno por línea, sin"
                                                    + " shell. Vacío: el de la imagen."))
                            .asAdvanced(),
                    Field.of("volumes", FieldType.area(2_048), Text.of("Volumes", "Volúmenes"))
                            .explained(
                                    Text.of(
                                            "Directories whose content outlives a restart, one per"
                                                    + " line, for example /data.",
                                            "Directorios cuyo contenido sobrevive a un reinicio,"
                                                    + " uno por línea, por ejemplo /data."))
                            .asAdvanced(),
                    Field.of(
                                    "outbound",
                                    FieldType.bool(),
                                    Text.of("Outgoing connections", "Conexiones salientes"))
                            .or("true")
                            .explained(
                                    Text.of(
                                            "Whether the container may reach the internet.",
                                            "Si el contenedor puede salir a internet."))
                            .asAdvanced());

    @Override
    public ConfigSchema productSchema() {
        return PRODUCT;
    }

    @Override
    public ConfigSchema parameters() {
        return PARAMETERS;
    }

    @Override
    public DeploymentSpec plan(
            ProviderConfig product, ProviderConfig parameters, DeploymentFacts facts) {
        Refusals say = new Refusals(facts.language());
        Workload workload =
                Workload.ofImage(image(product, parameters, say))
                        .withCommand(command(parameters, say))
                        .withPorts(
                                List.of(
                                        new Workload.Port(
                                                "web",
                                                port(product, parameters, say),
                                                Workload.Protocol.HTTP)))
                        .withVolumes(volumes(parameters, facts, say))
                        .withOutbound(outbound(product, parameters));
        return DeploymentSpec.of(Set.of(Need.OCI_IMAGE, Need.LOGS, Need.CONSOLE), workload)
                .withEnvironment(environment(parameters, say));
    }

    private static String image(ProviderConfig product, ProviderConfig parameters, Refusals say) {
        Optional<String> own = text(product, "image");
        Optional<String> wanted = text(parameters, "image");
        String image =
                wanted.or(() -> own)
                        .orElseThrow(() ->
                                say.refuse(
                                        "This product has no image yet; choose one.",
                                        "Este producto aún no tiene imagen; elige una."));
        if (image.length() > LONGEST_IMAGE || !IMAGE.matcher(image).matches()) {
            throw say.refuse(
                    "'%s' is no image: give name:tag, name@sha256:… or a local id."
                            .formatted(shown(image)),
                    "'%s' no es una imagen: indica nombre:tag, nombre@sha256:… o un id local."
                            .formatted(shown(image)));
        }
        if (wanted.isPresent() && !wanted.equals(own) && !isAllowed(product, image, say)) {
            throw say.refuse(
                    "The image '%s' is not among those this product allows."
                            .formatted(shown(image)),
                    "La imagen '%s' no está entre las que permite este producto."
                            .formatted(shown(image)));
        }
        return image;
    }

    private static boolean isAllowed(ProviderConfig product, String image, Refusals say) {
        Optional<String> allowed = text(product, "allowed_images");
        if (allowed.isEmpty()) {
            return false;
        }
        try {
            return Pattern.matches(allowed.get(), image);
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw say.refuse(
                    "The product's pattern for images is broken; tell the operator.",
                    "El patrón de imágenes del producto es inválido; avisa al operador.");
        }
    }

    private static int port(ProviderConfig product, ProviderConfig parameters, Refusals say) {
        long port =
                parameters.has("port")
                        ? parameters.integer("port")
                        : product.has("default_port") ? product.integer("default_port") : 80;
        if (port < 1 || port > 65_535) {
            throw say.refuse(
                    "The port must be between 1 and 65535.",
                    "El puerto debe estar entre 1 y 65535.");
        }
        return (int) port;
    }

    private static boolean outbound(ProviderConfig product, ProviderConfig parameters) {
        boolean allowed = !product.has("allow_outbound") || product.bool("allow_outbound");
        return allowed && (!parameters.has("outbound") || parameters.bool("outbound"));
    }

    /** Every line is one argument as it stands; blank lines at the end are none. */
    private static List<String> command(ProviderConfig parameters, Refusals say) {
        List<String> lines =
                parameters.optionalText("command").orElse("").stripTrailing().lines().toList();
        if (lines.isEmpty()) {
            return List.of();
        }
        if (lines.getFirst().isBlank()) {
            throw say.refuse(
                    "The command begins with an empty line; its first line is the program.",
                    "El comando empieza con una línea vacía; su primera línea es el programa.");
        }
        if (lines.size() > MOST_ARGUMENTS) {
            throw say.refuse(
                    "The command has more than %d lines.".formatted(MOST_ARGUMENTS),
                    "El comando tiene más de %d líneas.".formatted(MOST_ARGUMENTS));
        }
        for (String line : lines) {
            if (line.length() > LONGEST_ARGUMENT || line.indexOf('\0') >= 0) {
                throw say.refuse(
                        "An argument of the command is too long or holds a NUL character.",
                        "Un argumento del comando es demasiado largo o contiene un carácter NUL.");
            }
        }
        return lines;
    }

    private static Map<String, String> environment(ProviderConfig parameters, Refusals say) {
        Map<String, String> environment = new LinkedHashMap<>();
        int number = 0;
        for (String line : parameters.optionalText("env").orElse("").lines().toList()) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            // The line itself may be a secret, so only its number is told.
            if (equals < 1 || !Workload.isEnvironmentName(line.substring(0, equals).strip())) {
                throw say.refuse(
                        "Line %d of the variables is not KEY=VALUE, with a key of letters, digits and _."
                                .formatted(number),
                        "La línea %d de las variables no es CLAVE=VALOR, con una clave de letras, dígitos y _."
                                .formatted(number));
            }
            String name = line.substring(0, equals).strip();
            String value = line.substring(equals + 1);
            if (value.length() > LONGEST_VALUE || value.indexOf('\0') >= 0) {
                throw say.refuse(
                        "The value of %s is too long or holds a NUL character.".formatted(name),
                        "El valor de %s es demasiado largo o contiene un carácter NUL."
                                .formatted(name));
            }
            if (environment.put(name, value) != null) {
                throw say.refuse(
                        "The variable %s is set twice.".formatted(name),
                        "La variable %s está dos veces.".formatted(name));
            }
        }
        if (environment.size() > MOST_VARIABLES) {
            throw say.refuse(
                    "At most %d variables can be set.".formatted(MOST_VARIABLES),
                    "Se pueden poner como máximo %d variables.".formatted(MOST_VARIABLES));
        }
        return environment;
    }

    private static List<Workload.Volume> volumes(
            ProviderConfig parameters, DeploymentFacts facts, Refusals say) {
        List<String> paths = new ArrayList<>();
        for (String line : parameters.optionalText("volumes").orElse("").lines().toList()) {
            String path = line.strip();
            if (!path.isEmpty()) {
                paths.add(path.length() > 1 ? path.replaceAll("/+$", "") : path);
            }
        }
        if (paths.size() > MOST_VOLUMES) {
            throw say.refuse(
                    "At most %d volumes are possible.".formatted(MOST_VOLUMES),
                    "Se permiten como máximo %d volúmenes.".formatted(MOST_VOLUMES));
        }
        if (new HashSet<>(paths).size() < paths.size()) {
            throw say.refuse("A volume is named twice.", "Un volumen está dos veces.");
        }
        List<Workload.Volume> volumes = new ArrayList<>();
        for (String path : paths) {
            if (!path.matches("(/[A-Za-z0-9_.-]{1,64}){1,8}")
                    || path.matches(".*/\\.{1,2}(/.*)?")
                    || RESERVED.contains(path)
                    || path.startsWith("/proc/")
                    || path.startsWith("/sys/")
                    || path.startsWith("/dev/")) {
                throw say.refuse(
                        "'%s' cannot be a volume: give an absolute path such as /data, not one of the system's own."
                                .formatted(shown(path)),
                        "'%s' no puede ser un volumen: indica una ruta absoluta como /data, no una del sistema."
                                .formatted(shown(path)));
            }
            volumes.add(
                    new Workload.Volume(
                            "data" + (volumes.size() + 1),
                            path,
                            Math.max(1, facts.size().diskMb() / paths.size())));
        }
        return volumes;
    }

    private static Optional<String> text(ProviderConfig config, String name) {
        return config.optionalText(name).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** As it may stand inside a sentence. */
    private static String shown(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 80 ? clean : clean.substring(0, 79) + "…";
    }

    /** Refuses in the customer's language. */
    private record Refusals(String language) {
        ProviderException refuse(String english, String spanish) {
            return new ProviderException(
                    Code.INVALID_REQUEST, Text.of(english, spanish).in(language));
        }
    }
}
