package coop.minga.platform.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code minga.yaml} and the environment strictly: an unknown key, a value of the wrong form
 * or a reference that leads nowhere stops the start with one sentence that names the place.
 *
 * <p>What is set in the environment wins over the file, the file over the default. A value may
 * refer to {@code ${env:X}}, {@code ${file:path}} or {@code ${secret:name}} (a file below {@code
 * secrets/} of the configuration directory).
 */
public final class ConfigFile {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file|secret):([^}]+)}");

    private final Path directory;
    private final Map<String, String> environment;
    private final Map<String, String> file;

    private ConfigFile(Path directory, Map<String, String> environment, Map<String, String> file) {
        this.directory = directory;
        this.environment = environment;
        this.file = file;
    }

    /**
     * @param directory the configuration directory; a missing file means defaults
     * @param environment usually {@link System#getenv()}
     * @throws CannotStart naming the key and what is wanted
     */
    public static ConfigFile read(Path directory, Map<String, String> environment) {
        Path path = directory.resolve("minga.yaml");
        Map<String, String> file = new LinkedHashMap<>();
        if (Files.exists(path)) {
            flatten("", parse(path), file, path);
            for (String key : file.keySet()) {
                if (!isPublisher(key)
                        && Settings.ALL.stream().noneMatch(setting -> setting.key().equals(key))) {
                    throw new CannotStart(path + ": unknown key '" + key + "'" + suggestion(key));
                }
            }
        }
        return new ConfigFile(directory, Map.copyOf(environment), file);
    }

    /**
     * @param mode as fixed in the data directory
     * @param dataDirectory the data directory
     * @param home the installation, whose {@code plugins/} is the default
     */
    public MingaConfig build(Mode mode, Path dataDirectory, Path home) {
        int port = value(Settings.HTTP_PORT);
        String publicUrl = value(Settings.PUBLIC_URL);
        String certificate = value(Settings.TLS_CERT);
        String scheme = certificate.isEmpty() ? "http" : "https";
        URI url = URI.create(publicUrl.isEmpty() ? scheme + "://localhost:" + port : publicUrl);
        String apps = value(Settings.APPS_DOMAIN);
        String key = value(Settings.TLS_KEY);
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new CannotStart("Set both http.tls_cert and http.tls_key, or neither.");
        }
        DatabaseConfig base = DatabaseConfig.defaults();
        DatabaseConfig database =
                new DatabaseConfig(
                        value(Settings.DB_URL),
                        value(Settings.DB_USER),
                        value(Settings.DB_PASSWORD),
                        value(Settings.DB_PORT),
                        value(Settings.DB_POOL),
                        base.connectionTimeout(),
                        base.statementTimeout(),
                        base.lockTimeout(),
                        base.idleInTransactionTimeout());
        BigDecimal grant = value(Settings.WELCOME_GRANT);
        long grantMinor =
                grant.signum() < 0
                        ? mode == Mode.TRIAL ? 100_00 : 0
                        : grant.movePointRight(2).longValueExact();
        MingaConfig config =
                new MingaConfig(
                        mode,
                        dataDirectory,
                        directory,
                        new MingaConfig.Http(
                                value(Settings.HTTP_HOST),
                                port,
                                url,
                                apps.isEmpty() ? "localhost" : apps,
                                value(Settings.TRUSTED_PROXIES),
                                certificate.isEmpty()
                                        ? Optional.empty()
                                        : Optional.of(
                                                new MingaConfig.Tls(
                                                        Settings.path(certificate),
                                                        Settings.path(key))),
                                value(Settings.MAX_REQUESTS),
                                value(Settings.REQUEST_DEADLINE),
                                value(Settings.RATE_FACTOR)),
                        database,
                        plugins(mode, home),
                        new MingaConfig.Log(value(Settings.LOG_FORMAT), value(Settings.LOG_LEVEL)),
                        value(Settings.METRICS_TOKEN),
                        value(Settings.SETUP_TOKEN),
                        grantMinor);
        requireSafe(config);
        return config;
    }

    private MingaConfig.Plugins plugins(Mode mode, Path home) {
        String chosen = value(Settings.PLUGINS_DIR);
        String policy = value(Settings.PLUGINS_POLICY);
        String upload = value(Settings.PLUGINS_UPLOAD);
        boolean trial = mode == Mode.TRIAL;
        return new MingaConfig.Plugins(
                chosen.isEmpty() ? home.resolve("plugins") : Settings.path(chosen),
                policy.isEmpty() ? (trial ? "open" : "locked") : policy,
                upload.isEmpty() ? trial : upload.equals("on") || upload.equals("true"),
                publishers());
    }

    private Map<String, String> publishers() {
        Map<String, String> keys = new LinkedHashMap<>();
        file.forEach((key, value) -> {
            if (isPublisher(key)) {
                keys.put(key.substring(Settings.PUBLISHERS.length() + 1), resolve(key, value));
            }
        });
        return keys;
    }

    private static boolean isPublisher(String key) {
        return key.startsWith(Settings.PUBLISHERS + ".");
    }

    /**
     * One line of the effective configuration.
     *
     * @param key the setting
     * @param value its value, masked when secret
     * @param source {@code default}, {@code file} or the environment variable's name
     */
    public record Line(String key, String value, String source) {}

    /** Every setting with where it came from; secrets masked. */
    public List<Line> effective() {
        List<Line> lines = new ArrayList<>();
        for (Setting<?> setting : Settings.ALL) {
            String raw = raw(setting);
            String shown = setting.secret() && !raw.isEmpty() ? "********" : raw;
            lines.add(new Line(setting.key(), shown, source(setting)));
        }
        publishers()
                .forEach((name, key) ->
                        lines.add(new Line(Settings.PUBLISHERS + "." + name, key, "file")));
        return lines;
    }

    private static void requireSafe(MingaConfig config) {
        boolean secure = "https".equals(config.http().publicUrl().getScheme());
        boolean ended = config.http().tls().isPresent();
        if (ended && !secure) {
            throw new CannotStart(
                    "http.tls_cert is set, so browsers come over TLS: make http.public_url an"
                            + " https:// address.");
        }
        if (config.isTrial()) {
            return;
        }
        boolean proxied = !config.http().trustedProxies().isEmpty();
        if (!secure || !(ended || proxied)) {
            throw new CannotStart(
                    "Production needs TLS: set http.public_url to an https:// address, and either"
                            + " http.tls_cert and http.tls_key, or http.trusted_proxies to the"
                            + " address of the proxy in front that ends it (see"
                            + " config/compose.yaml). To just try Minga, start with --trial.");
        }
    }

    private <T> T value(Setting<T> setting) {
        String raw = raw(setting);
        try {
            return setting.parser().apply(raw);
        } catch (IllegalArgumentException e) {
            throw new CannotStart(
                    (source(setting).equals("file")
                                    ? setting.key()
                                    : source(setting) + " (" + setting.key() + ")")
                            + " must be "
                            + e.getMessage()
                            + (setting.secret() ? "." : ", not '" + raw + "'."));
        }
    }

    private String source(Setting<?> setting) {
        if (!setting.env().isEmpty() && environment.containsKey(setting.env())) {
            return setting.env();
        }
        return file.containsKey(setting.key()) ? "file" : "default";
    }

    private String raw(Setting<?> setting) {
        if (!setting.env().isEmpty() && environment.containsKey(setting.env())) {
            return environment.getOrDefault(setting.env(), "");
        }
        return resolve(setting.key(), file.getOrDefault(setting.key(), setting.fallback()));
    }

    private String resolve(String key, String text) {
        Matcher matcher = REFERENCE.matcher(text);
        StringBuilder resolved = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(2);
            String replacement =
                    switch (matcher.group(1)) {
                        case "env" -> {
                            String value = environment.get(name);
                            if (value == null) {
                                throw new CannotStart(
                                        key
                                                + " refers to the environment variable "
                                                + name
                                                + ", which is not set.");
                            }
                            yield value;
                        }
                        case "file" -> content(key, Settings.path(name));
                        default -> content(key, directory.resolve("secrets").resolve(name));
                    };
            matcher.appendReplacement(resolved, Matcher.quoteReplacement(replacement));
        }
        return matcher.appendTail(resolved).toString();
    }

    private static String content(String key, Path path) {
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            throw new CannotStart(
                    key + " refers to the file " + path + ", which cannot be read.", e);
        }
    }

    private static JsonNode parse(Path path) {
        YAMLMapper yaml =
                YAMLMapper.builder(
                                YAMLFactory.builder()
                                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                        .build())
                        .build();
        try {
            return yaml.readTree(path.toFile());
        } catch (JsonProcessingException e) {
            long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new CannotStart(
                    path
                            + ", line "
                            + line
                            + ": not valid YAML, or a key stands twice: "
                            + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new CannotStart(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> into, Path path) {
        if (node.isMissingNode() || node.isNull()) {
            return;
        }
        if (!node.isObject()) {
            throw new CannotStart(path + ": '" + prefix + "' must hold keys, not a value");
        }
        node.properties()
                .forEach(entry -> {
                    String key = prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey();
                    JsonNode value = entry.getValue();
                    if (value.isObject()) {
                        flatten(key, value, into, path);
                    } else if (value.isArray()) {
                        List<String> items = new ArrayList<>();
                        value.forEach(item -> items.add(item.asText()));
                        into.put(key, String.join(",", items));
                    } else if (isSection(key)) {
                        // Null or empty: all its keys are commented out.
                        if (!value.asText("").isEmpty() && !value.isNull()) {
                            throw new CannotStart(
                                    path + ": '" + key + "' must hold keys, not a value");
                        }
                    } else if (!value.isNull()) {
                        into.put(key, value.asText());
                    }
                });
    }

    private static boolean isSection(String key) {
        return key.equals(Settings.PUBLISHERS)
                || Settings.ALL.stream().anyMatch(known -> known.key().startsWith(key + "."));
    }

    private static String suggestion(String key) {
        String last = key.substring(key.lastIndexOf('.') + 1);
        return Settings.ALL.stream()
                .map(Setting::key)
                .filter(known -> known.endsWith("." + last) || distance(known, key) <= 3)
                .min(
                        Comparator.<String>comparingInt(known -> known.endsWith("." + last) ? 0 : 1)
                                .thenComparingInt(known -> distance(known, key)))
                .map(known -> ". Did you mean '" + known + "'?")
                .orElse(
                        ". Known keys: "
                                + String.join(
                                        ", ", Settings.ALL.stream().map(Setting::key).toList())
                                + ".");
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] =
                        Math.min(
                                Math.min(row[j] + 1, row[j - 1] + 1),
                                diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
