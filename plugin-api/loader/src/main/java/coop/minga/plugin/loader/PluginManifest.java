package coop.minga.plugin.loader;

import coop.minga.plugin.api.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/**
 * What a plugin's {@code META-INF/MANIFEST.MF} says. Read strictly: what is unknown, missing or
 * malformed refuses the plugin.
 *
 * @param id unique among plugins, {@code [a-z][a-z0-9.-]{1,63}}
 * @param version its own version
 * @param requires versions of the plugin API it works with; has an upper bound
 * @param provider who made it
 * @param license SPDX identifier or name
 * @param kinds the extension points it serves, at least one
 * @param hosts where its HTTP client may connect beside the addresses in its configuration: {@code
 *     name}, {@code *.name}, either with {@code :port}, or {@code *} for any; empty for none
 * @param description a sentence, may be empty
 * @param pluginClass a {@code org.pf4j.Plugin} with start and stop; most plugins have none
 * @param dependencies other plugins that must be there and start first
 */
public record PluginManifest(
        String id,
        SemVer version,
        VersionRange requires,
        String provider,
        String license,
        Set<Kind> kinds,
        List<String> hosts,
        String description,
        Optional<String> pluginClass,
        List<Dependency> dependencies) {

    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9.-]{1,63}");
    private static final Pattern HOST =
            Pattern.compile(
                    "\\*|(?:\\*\\.)?[a-z0-9](?:[a-z0-9-]{0,62})"
                            + "(?:\\.[a-z0-9](?:[a-z0-9-]{0,62}))*(?::[1-9]\\d{0,4})?");
    private static final Pattern CLASS =
            Pattern.compile("[A-Za-z_$][\\w$]*(?:\\.[A-Za-z_$][\\w$]*)*");
    private static final List<String> KNOWN =
            List.of(
                    "Plugin-Id",
                    "Plugin-Version",
                    "Plugin-Requires",
                    "Plugin-Provider",
                    "Plugin-License",
                    "Plugin-Description",
                    "Plugin-Class",
                    "Plugin-Dependencies",
                    "Minga-Kinds",
                    "Minga-Hosts");

    public PluginManifest {
        kinds = Set.copyOf(kinds);
        hosts = List.copyOf(hosts);
        dependencies = List.copyOf(dependencies);
    }

    /**
     * Another plugin needed.
     *
     * @param id whose
     * @param versions which of its versions; empty for any
     * @param optional only the order matters when it is there
     */
    public record Dependency(String id, Optional<VersionRange> versions, boolean optional) {}

    /**
     * Reads the main attributes.
     *
     * @throws PluginRejected {@code BAD_MANIFEST} naming the attribute and what it should be
     */
    public static PluginManifest of(Manifest manifest) {
        Attributes attributes = manifest.getMainAttributes();
        for (Object key : attributes.keySet()) {
            refuseUnknown(key.toString());
        }
        String id = required(attributes, "Plugin-Id");
        if (!ID.matcher(id).matches()) {
            throw malformed("Plugin-Id", id, ID.pattern());
        }
        String versionText = required(attributes, "Plugin-Version");
        SemVer version =
                SemVer.of(versionText)
                        .orElseThrow(() -> malformed("Plugin-Version", versionText, "1.2.3"));
        String requiresText = required(attributes, "Plugin-Requires");
        VersionRange requires =
                VersionRange.of(requiresText)
                        .filter(VersionRange::hasUpperBound)
                        .orElseThrow(() ->
                                malformed("Plugin-Requires", requiresText, ">=0.1.0 & <1.0.0"));
        return new PluginManifest(
                id,
                version,
                requires,
                text(attributes, "Plugin-Provider"),
                text(attributes, "Plugin-License"),
                kinds(required(attributes, "Minga-Kinds")),
                hosts(value(attributes, "Minga-Hosts").orElse("")),
                value(attributes, "Plugin-Description").orElse(""),
                pluginClass(value(attributes, "Plugin-Class").orElse(null)),
                dependencies(value(attributes, "Plugin-Dependencies").orElse("")));
    }

    private static void refuseUnknown(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean ours = lower.startsWith("minga-") || lower.startsWith("plugin-");
        if (!ours || KNOWN.stream().anyMatch(known -> known.equalsIgnoreCase(name))) {
            return;
        }
        String hint = Spelling.nearest(name, KNOWN).orElse("");
        throw new PluginRejected(
                PluginRejected.Code.BAD_MANIFEST,
                "The manifest has an unknown attribute '"
                        + shown(name)
                        + "'"
                        + (hint.isEmpty() ? "." : "; did you mean '" + hint + "'?"),
                "El manifiesto tiene un atributo desconocido '"
                        + shown(name)
                        + "'"
                        + (hint.isEmpty() ? "." : "; ¿quisiste decir '" + hint + "'?"));
    }

    private static Set<Kind> kinds(String text) {
        Set<Kind> kinds = new LinkedHashSet<>();
        for (String part : text.split(",", -1)) {
            String id = part.strip();
            kinds.add(
                    Kind.of(id)
                            .orElseThrow(() ->
                                    malformed(
                                            "Minga-Kinds",
                                            id,
                                            String.join(
                                                    ", ",
                                                    Arrays.stream(Kind.values())
                                                            .map(Kind::id)
                                                            .toList()))));
        }
        return kinds;
    }

    private static List<String> hosts(String text) {
        List<String> hosts = new ArrayList<>();
        if (text.isEmpty()) {
            return hosts;
        }
        for (String part : text.split(",", -1)) {
            String host = part.strip().toLowerCase(Locale.ROOT);
            if (host.length() > 253 || !HOST.matcher(host).matches()) {
                throw malformed("Minga-Hosts", host, "api.example.com, *.example.org:8443");
            }
            hosts.add(host);
        }
        return hosts;
    }

    private static Optional<String> pluginClass(@Nullable String name) {
        if (name != null && !CLASS.matcher(name).matches()) {
            throw malformed("Plugin-Class", name, "org.example.MyPlugin");
        }
        return Optional.ofNullable(name);
    }

    private static List<Dependency> dependencies(String text) {
        List<Dependency> dependencies = new ArrayList<>();
        if (text.isEmpty()) {
            return dependencies;
        }
        for (String part : text.split(",", -1)) {
            String entry = part.strip();
            int at = entry.indexOf('@');
            String name = (at < 0 ? entry : entry.substring(0, at)).strip();
            boolean optional = name.endsWith("?");
            String id = optional ? name.substring(0, name.length() - 1) : name;
            Optional<VersionRange> versions =
                    at < 0 ? Optional.empty() : VersionRange.of(entry.substring(at + 1).strip());
            if (!ID.matcher(id).matches() || (at >= 0 && versions.isEmpty())) {
                throw malformed(
                        "Plugin-Dependencies", entry, "other-plugin@>=1.0.0 & <2.0.0, another?");
            }
            dependencies.add(new Dependency(id, versions, optional));
        }
        return dependencies;
    }

    private static String text(Attributes attributes, String name) {
        String value = required(attributes, name);
        if (value.length() > 200 || value.startsWith("${")) {
            throw malformed(name, value, "a short text");
        }
        return value;
    }

    private static String required(Attributes attributes, String name) {
        return value(attributes, name)
                .orElseThrow(() ->
                        new PluginRejected(
                                PluginRejected.Code.BAD_MANIFEST,
                                "The manifest lacks '" + name + "'.",
                                "Al manifiesto le falta '" + name + "'."));
    }

    private static Optional<String> value(Attributes attributes, String name) {
        return Optional.ofNullable(attributes.getValue(name))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    private static PluginRejected malformed(String name, String value, String example) {
        return new PluginRejected(
                PluginRejected.Code.BAD_MANIFEST,
                "The manifest says "
                        + name
                        + ": '"
                        + shown(value)
                        + "', which cannot be read; expected "
                        + example
                        + ".",
                "El manifiesto dice "
                        + name
                        + ": '"
                        + shown(value)
                        + "', que no se entiende; se espera "
                        + example
                        + ".");
    }

    /** At most 80 printable characters of something a stranger wrote. */
    static String shown(String text) {
        String clean =
                text.codePoints()
                        .limit(80)
                        .map(c -> Character.isISOControl(c) ? '?' : c)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        return clean.length() < text.length() ? clean + "…" : clean;
    }
}
