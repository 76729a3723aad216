package coop.minga.platform.providers;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import coop.minga.platform.config.CannotStart;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.loader.Spelling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads {@code config/providers/*.yaml}: {@code kind}, {@code name}, {@code factory} and {@code
 * config}. Strict; what is wrong stops the start with one sentence that names the file.
 */
final class SetupFiles {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file|secret):([^}]+)\\}");
    private static final List<String> KEYS = List.of("kind", "name", "factory", "config");

    private final ProvidersConfig config;
    private final YAMLMapper yaml =
            YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    SetupFiles(ProvidersConfig config) {
        this.config = config;
    }

    /** All of them, by name. */
    Map<ProviderRef, Setup> read() {
        Map<ProviderRef, Setup> setups = new TreeMap<>();
        if (!Files.isDirectory(config.files())) {
            return setups;
        }
        List<Path> files;
        try (Stream<Path> children = Files.list(config.files())) {
            files = children.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        } catch (IOException e) {
            throw new CannotStart("Cannot read " + config.files() + ": " + e.getMessage(), e);
        }
        for (Path file : files) {
            Setup setup = read(file);
            if (setups.put(setup.ref(), setup) != null) {
                throw new CannotStart(
                        file
                                + ": the provider "
                                + setup.ref()
                                + " is defined in another file too. Delete one of them.");
            }
        }
        return setups;
    }

    private Setup read(Path file) {
        Map<String, Object> content;
        try {
            content =
                    Optional.ofNullable(
                                    yaml.readValue(
                                            file.toFile(),
                                            new TypeReference<Map<String, Object>>() {}))
                            .orElse(Map.of());
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new CannotStart(
                    file
                            + ", line "
                            + line
                            + ": "
                            + e.getOriginalMessage().lines().findFirst().orElse("not YAML"),
                    e);
        } catch (IOException e) {
            throw new CannotStart("Cannot read " + file + ": " + e.getMessage(), e);
        }
        for (String key : content.keySet()) {
            if (!KEYS.contains(key)) {
                throw new CannotStart(
                        file
                                + ": there is no key '"
                                + key
                                + "'"
                                + Spelling.nearest(key, KEYS)
                                        .map(hint -> "; did you mean '" + hint + "'?")
                                        .orElse("; known are " + String.join(", ", KEYS) + "."));
            }
        }
        String kindId = text(file, content, "kind");
        Kind kind =
                Kind.of(kindId)
                        .orElseThrow(() ->
                                new CannotStart(file + ": there is no kind '" + kindId + "'."));
        String name = text(file, content, "name");
        if (!NAME.matcher(name).matches()) {
            throw new CannotStart(file + ": the name must match " + NAME + ", not '" + name + "'.");
        }
        return new Setup(
                new ProviderRef(kind, name),
                text(file, content, "factory"),
                values(file, content.get("config")),
                Source.FILE,
                0);
    }

    private static String text(Path file, Map<String, Object> content, String key) {
        if (content.get(key) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new CannotStart(file + ": '" + key + "' is needed, as text.");
    }

    private Map<String, Object> values(Path file, @org.jspecify.annotations.Nullable Object raw) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (raw == null) {
            return values;
        }
        if (!(raw instanceof Map<?, ?> map)) {
            throw new CannotStart(file + ": 'config' holds names and values.");
        }
        map.forEach((key, value) -> {
            if (value != null) {
                values.put(String.valueOf(key), resolved(file, value));
            }
        });
        return values;
    }

    private Object resolved(Path file, Object value) {
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            for (Object item : list) {
                items.add(item == null ? "" : resolved(file, item));
            }
            return items;
        }
        return value instanceof String text ? resolve(file, text) : value;
    }

    private String resolve(Path file, String text) {
        Matcher matcher = REFERENCE.matcher(text);
        StringBuilder resolved = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(2);
            String replacement =
                    switch (matcher.group(1)) {
                        case "env" ->
                                Optional.ofNullable(config.environment().get(name))
                                        .orElseThrow(() ->
                                                new CannotStart(
                                                        file
                                                                + ": the environment"
                                                                + " variable "
                                                                + name
                                                                + " is not set."));
                        case "file" -> content(file, Path.of(name));
                        default -> content(file, secret(file, name));
                    };
            matcher.appendReplacement(resolved, Matcher.quoteReplacement(replacement));
        }
        return matcher.appendTail(resolved).toString();
    }

    private Path secret(Path file, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new CannotStart(file + ": '" + name + "' is no name of a secret.");
        }
        return config.secretFiles().resolve(name);
    }

    private static String content(Path file, Path path) {
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            throw new CannotStart(file + ": it refers to " + path + ", which cannot be read.", e);
        }
    }
}
