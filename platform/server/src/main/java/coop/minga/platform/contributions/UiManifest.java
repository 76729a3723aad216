package coop.minga.platform.contributions;

import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code ui/ui-plugin.json} says. Texts are written {@code @key} and stand under that key in
 * {@code texts}, once per language. An icon is a picture of the {@code ui} folder ({@code
 * icon.svg}) or the name of one of the host's.
 *
 * @param format 1
 * @param title what people call the plugin
 * @param icon shown beside it
 * @param texts by language and key; {@code en} and {@code es} with the same keys
 * @param labels words for codes that are the plugin's own, such as {@code kind.hello} or {@code
 *     field.greeting}
 * @param columns of lists
 * @param tiles of the home page
 * @param frames pages of the plugin's own
 */
record UiManifest(
        int format,
        String title,
        @Nullable String icon,
        Map<String, Map<String, String>> texts,
        @Nullable Map<String, String> labels,
        @Nullable List<Column> columns,
        @Nullable List<Tile> tiles,
        @Nullable List<Frame> frames) {

    /**
     * A further column.
     *
     * @param id its name within the plugin
     * @param list {@code instances}
     * @param label its head
     * @param value where the value is found in a machine, as a JSON Pointer below {@code /config}
     */
    record Column(String id, String list, String label, String value) {}

    /**
     * A number on the home page: how many of the plugin's machines are in a state.
     *
     * @param id its name within the plugin
     * @param label what is counted
     * @param count {@code all}, {@code running} or {@code stopped}
     */
    record Tile(String id, String label, @Nullable String icon, String count) {}

    /**
     * A page in a sandboxed frame.
     *
     * @param id its name within the plugin
     * @param slot {@code instance.tab}
     * @param label of the tab
     * @param page a file of the {@code ui} folder
     * @param height at the beginning, in pixels
     * @param reads what it may ask the page around it for: {@code instance}, {@code logs}
     */
    record Frame(
            String id,
            String slot,
            String label,
            @Nullable String icon,
            String page,
            @Nullable Integer height,
            @Nullable List<String> reads) {}

    List<Column> allColumns() {
        return columns == null ? List.of() : columns;
    }

    List<Tile> allTiles() {
        return tiles == null ? List.of() : tiles;
    }

    List<Frame> allFrames() {
        return frames == null ? List.of() : frames;
    }

    Map<String, String> allLabels() {
        return labels == null ? Map.of() : labels;
    }

    /** The text of a reference such as {@code @title}. */
    Text text(String reference) {
        Map<String, String> byLanguage = new HashMap<>();
        texts.forEach((language, all) -> {
            String text = all.get(reference.substring(1));
            if (text != null) {
                byLanguage.put(language, text);
            }
        });
        return new Text(byLanguage);
    }
}
