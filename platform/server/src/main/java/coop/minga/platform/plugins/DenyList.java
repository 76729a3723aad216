package coop.minga.platform.plugins;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import coop.minga.platform.config.CannotStart;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.VersionRange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Versions of plugins that must not run, whoever signed or approved them. A file has a list {@code
 * deny} whose items say {@code sha256}, or {@code id} with or without a range {@code versions}, and
 * {@code reason}: one text, or one each for {@code en} and {@code es}.
 */
final class DenyList {

    private static final Set<String> KEYS = Set.of("id", "versions", "sha256", "reason");

    private record Item(
            Optional<String> sha256,
            Optional<String> id,
            Optional<VersionRange> versions,
            Text reason) {

        boolean fits(PluginManifest manifest, String hash) {
            return sha256.map(hash::equals)
                    .orElseGet(() ->
                            id.equals(Optional.of(manifest.id()))
                                    && versions.map(range -> range.admits(manifest.version()))
                                            .orElse(true));
        }
    }

    private final List<Item> items;

    private DenyList(List<Item> items) {
        this.items = List.copyOf(items);
    }

    /**
     * @param files those that are there are read
     * @throws CannotStart naming the file and what is wrong: a list that cannot be read denies
     *     nothing, which nobody would notice
     */
    static DenyList read(List<Path> files) {
        List<Item> items = new ArrayList<>();
        for (Path file : files) {
            if (!Files.exists(file)) {
                continue;
            }
            try {
                JsonNode root = new YAMLMapper().readTree(Files.readString(file));
                JsonNode list = root.path("deny");
                boolean empty = root.isMissingNode() || root.isNull() || list.isNull();
                if (!empty && !list.isArray()) {
                    throw new CannotStart(file + ": it needs a list 'deny'");
                }
                for (JsonNode node : list) {
                    items.add(item(file, node));
                }
            } catch (JsonProcessingException e) {
                throw new CannotStart(file + ": " + e.getOriginalMessage(), e);
            } catch (IOException e) {
                throw new CannotStart("Cannot read " + file + ": " + e.getMessage(), e);
            }
        }
        return new DenyList(items);
    }

    /** Why this plugin must not run, if so. */
    Optional<Text> reason(PluginManifest manifest, String sha256) {
        return items.stream()
                .filter(item -> item.fits(manifest, sha256))
                .findFirst()
                .map(Item::reason);
    }

    private static Item item(Path file, JsonNode node) {
        String where = file + ": " + node + ": ";
        node.fieldNames()
                .forEachRemaining(key -> {
                    if (!KEYS.contains(key)) {
                        throw new CannotStart(where + "unknown key '" + key + "'");
                    }
                });
        Optional<String> sha256 = text(node.path("sha256"));
        Optional<String> id = text(node.path("id"));
        if (sha256.isPresent() == id.isPresent()
                || sha256.filter(hash -> !hash.matches("[0-9a-f]{64}")).isPresent()) {
            throw new CannotStart(where + "say either id or sha256 (64 hex digits)");
        }
        Optional<String> versions = text(node.path("versions"));
        Optional<VersionRange> range = versions.flatMap(VersionRange::of);
        if (versions.isPresent() != range.isPresent()) {
            throw new CannotStart(where + "versions must be a range such as '>=1.0.0 & <1.2.3'");
        }
        JsonNode reason = node.path("reason");
        String english = text(reason.isObject() ? reason.path("en") : reason).orElse("");
        if (english.isEmpty()) {
            throw new CannotStart(where + "say the reason");
        }
        return new Item(
                sha256, id, range, Text.of(english, text(reason.path("es")).orElse(english)));
    }

    private static Optional<String> text(JsonNode node) {
        return node.isValueNode() && !node.isNull()
                ? Optional.of(node.asText().strip())
                : Optional.empty();
    }
}
