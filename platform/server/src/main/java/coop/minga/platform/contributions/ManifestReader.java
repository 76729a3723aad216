package coop.minga.platform.contributions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;

import coop.minga.platform.MingaException;
import coop.minga.platform.http.Json;
import coop.minga.plugin.loader.Spelling;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads and checks a manifest; nothing of one that is wrong anywhere is used. */
final class ManifestReader {

    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_TEXTS = 300;
    private static final int MAX_TEXT = 300;
    private static final int MAX_ITEMS = 4;
    private static final int MAX_LABELS = 100;
    private static final int LOWEST = 80;
    private static final int HIGHEST = 2_000;
    private static final Set<String> LANGUAGES = Set.of("en", "es");
    private static final Set<String> LISTS = Set.of("instances");
    private static final Set<String> COUNTS = Set.of("all", "running", "stopped");
    private static final Set<String> SLOTS = Set.of("instance.tab");
    private static final Set<String> READS = Set.of("instance", "logs");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final Pattern PICTURE = Pattern.compile(".*\\.(svg|png|webp)");
    private static final Pattern LABEL =
            Pattern.compile("(kind|field|reason|step)\\.[a-z0-9][a-z0-9._-]{0,79}");
    private static final Pattern VALUE = Pattern.compile("/config(/[A-Za-z0-9_.-]{1,80}){1,4}");

    private final UiFolder folder;
    private final UiManifest manifest;
    private final Set<String> ids = new HashSet<>();

    private ManifestReader(UiFolder folder, UiManifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    /**
     * @throws ManifestRefused with what is wrong and where
     */
    static UiManifest read(UiFolder folder) {
        byte[] bytes = folder.file(UiFolder.MANIFEST).orElseThrow();
        if (bytes.length > MAX_BYTES) {
            throw wrong(
                    "",
                    "it is larger than " + (MAX_BYTES >> 10) + " KiB",
                    "supera los " + (MAX_BYTES >> 10) + " KiB");
        }
        UiManifest manifest = parse(bytes);
        new ManifestReader(folder, manifest).check();
        return manifest;
    }

    private static UiManifest parse(byte[] bytes) {
        try {
            return Json.mapper().readValue(bytes, UiManifest.class);
        } catch (UnrecognizedPropertyException e) {
            String key = Objects.requireNonNullElse(e.getPropertyName(), "?");
            Collection<String> known =
                    e.getKnownPropertyIds() == null
                            ? List.of()
                            : e.getKnownPropertyIds().stream().map(Object::toString).toList();
            String near = Spelling.nearest(key, known).orElse("");
            throw wrong(
                    pointer(e),
                    "this key is not known"
                            + (near.isEmpty() ? "" : "; did you mean '" + near + "'?"),
                    "esta clave no se conoce"
                            + (near.isEmpty() ? "" : "; ¿quisiste decir '" + near + "'?"));
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof MingaException unclean) {
                throw wrong(pointer(e), unclean.text().in("en"), unclean.text().in("es"));
            }
            throw wrong(
                    pointer(e),
                    "the value has the wrong form",
                    "el valor no tiene la forma debida");
        } catch (JsonProcessingException e) {
            long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw wrong(
                    "",
                    "it is no JSON, or a key is there twice (line " + line + ")",
                    "no es JSON, o una clave está dos veces (línea " + line + ")");
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }

    private void check() {
        if (manifest.format() != 1) {
            throw wrong("/format", "this host reads format 1", "este anfitrión lee el formato 1");
        }
        checkTexts();
        reference("/title", manifest.title());
        icon("/icon", manifest.icon());
        atMost("/labels", manifest.allLabels().size(), MAX_LABELS);
        manifest.allLabels()
                .forEach((code, label) -> {
                    matches("/labels", code, LABEL);
                    reference("/labels/" + code, label);
                });
        atMost("/columns", manifest.allColumns().size(), MAX_ITEMS);
        for (int i = 0; i < manifest.allColumns().size(); i++) {
            check("/columns/" + i, manifest.allColumns().get(i));
        }
        atMost("/tiles", manifest.allTiles().size(), MAX_ITEMS);
        for (int i = 0; i < manifest.allTiles().size(); i++) {
            check("/tiles/" + i, manifest.allTiles().get(i));
        }
        atMost("/frames", manifest.allFrames().size(), MAX_ITEMS);
        for (int i = 0; i < manifest.allFrames().size(); i++) {
            check("/frames/" + i, manifest.allFrames().get(i));
        }
    }

    private void checkTexts() {
        Map<String, Map<String, String>> texts = present("/texts", manifest.texts());
        Set<String> keys = null;
        for (String language : LANGUAGES) {
            Map<String, String> all = texts.get(language);
            if (all == null) {
                throw wrong(
                        "/texts",
                        "the language '" + language + "' is missing",
                        "falta el idioma '" + language + "'");
            }
            atMost("/texts/" + language, all.size(), MAX_TEXTS);
            all.forEach((key, text) -> checkText("/texts/" + language + "/" + key, text));
            if (keys != null && !keys.equals(all.keySet())) {
                Set<String> odd = new HashSet<>(keys);
                odd.removeAll(all.keySet());
                all.keySet().stream().filter(new HashSet<>(keys)::add).forEach(odd::add);
                throw wrong(
                        "/texts",
                        "not in every language: " + String.join(", ", odd),
                        "no está en todos los idiomas: " + String.join(", ", odd));
            }
            keys = all.keySet();
        }
    }

    private static void checkText(String at, @Nullable String text) {
        String present = present(at, text);
        if (present.isBlank() || present.length() > MAX_TEXT) {
            throw wrong(
                    at,
                    "a text has 1 to " + MAX_TEXT + " characters",
                    "un texto tiene de 1 a " + MAX_TEXT + " caracteres");
        }
    }

    private void check(String at, UiManifest.@Nullable Column column) {
        UiManifest.Column item = present(at, column);
        id(at, item.id());
        oneOf(at + "/list", item.list(), LISTS);
        reference(at + "/label", item.label());
        matches(at + "/value", item.value(), VALUE);
    }

    private void check(String at, UiManifest.@Nullable Tile tile) {
        UiManifest.Tile item = present(at, tile);
        id(at, item.id());
        reference(at + "/label", item.label());
        icon(at + "/icon", item.icon());
        oneOf(at + "/count", item.count(), COUNTS);
    }

    private void check(String at, UiManifest.@Nullable Frame frame) {
        UiManifest.Frame item = present(at, frame);
        id(at, item.id());
        oneOf(at + "/slot", item.slot(), SLOTS);
        reference(at + "/label", item.label());
        icon(at + "/icon", item.icon());
        String page = present(at + "/page", item.page());
        if (!page.endsWith(".html") || folder.file(page).isEmpty()) {
            throw wrong(
                    at + "/page",
                    "there is no page ui/" + page + " in the jar",
                    "no hay una página ui/" + page + " en el jar");
        }
        Integer height = item.height();
        if (height != null && (height < LOWEST || height > HIGHEST)) {
            throw wrong(
                    at + "/height",
                    "a frame is " + LOWEST + " to " + HIGHEST + " pixels high",
                    "un marco mide de " + LOWEST + " a " + HIGHEST + " píxeles de alto");
        }
        List<String> reads = item.reads() == null ? List.of() : item.reads();
        for (int i = 0; i < reads.size(); i++) {
            oneOf(at + "/reads/" + i, reads.get(i), READS);
        }
    }

    private void id(String at, @Nullable String id) {
        matches(at + "/id", id, NAME);
        if (!ids.add(Objects.requireNonNull(id))) {
            throw wrong(at + "/id", "this id is there twice", "este id está dos veces");
        }
    }

    private void icon(String at, @Nullable String icon) {
        if (icon == null) {
            return;
        }
        boolean isFile = PICTURE.matcher(icon).matches() && folder.file(icon).isPresent();
        if (!isFile && !NAME.matcher(icon).matches()) {
            throw wrong(
                    at,
                    "there is no picture ui/" + icon + " in the jar",
                    "no hay una imagen ui/" + icon + " en el jar");
        }
    }

    private void reference(String at, @Nullable String reference) {
        String text = present(at, reference);
        boolean known =
                text.startsWith("@")
                        && manifest.texts()
                                .getOrDefault("en", Map.of())
                                .containsKey(text.substring(1));
        if (!known) {
            throw wrong(
                    at,
                    "write @key of a text under /texts",
                    "escribe @clave de un texto de /texts");
        }
    }

    private static void oneOf(String at, @Nullable String value, Set<String> known) {
        if (!known.contains(present(at, value))) {
            String all = String.join(", ", known.stream().sorted().toList());
            throw wrong(at, "it must be one of: " + all, "debe ser uno de: " + all);
        }
    }

    private static void matches(String at, @Nullable String value, Pattern form) {
        if (!form.matcher(present(at, value)).matches()) {
            throw wrong(
                    at,
                    "'" + value + "' does not have the form " + form,
                    "'" + value + "' no tiene la forma " + form);
        }
    }

    private static void atMost(String at, int count, int most) {
        if (count > most) {
            throw wrong(at, "at most " + most + " are possible", "como máximo caben " + most);
        }
    }

    private static <T> T present(String at, @Nullable T value) {
        if (value == null) {
            throw wrong(at, "it is missing", "falta");
        }
        return value;
    }

    private static String pointer(JsonMappingException e) {
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            pointer.append('/');
            pointer.append(
                    step.getFieldName() == null
                            ? Integer.toString(step.getIndex())
                            : step.getFieldName());
        }
        return pointer.toString();
    }

    private static ManifestRefused wrong(String at, String english, String spanish) {
        String where = "ui/" + UiFolder.MANIFEST + (at.isEmpty() ? "" : " at " + at) + ": ";
        String donde = "ui/" + UiFolder.MANIFEST + (at.isEmpty() ? "" : " en " + at) + ": ";
        return new ManifestRefused(where + english, donde + spanish);
    }
}
