package coop.minga.platform.plugins;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.loader.Contribution;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginManifest;

import java.util.List;
import java.util.TreeSet;

/**
 * What a plugin may do with the host's help.
 *
 * @param kinds ids of the extension points it may serve
 * @param hosts where its HTTP client may connect, as in its manifest
 */
record Grant(List<String> kinds, List<String> hosts) {

    Grant {
        kinds = List.copyOf(new TreeSet<>(kinds));
        hosts = List.copyOf(hosts);
    }

    /** All that a plugin asks for. */
    static Grant all(PluginManifest manifest) {
        return new Grant(manifest.kinds().stream().map(Kind::id).toList(), manifest.hosts());
    }

    /** What of it a plugin asks for. */
    Grant of(PluginManifest manifest) {
        Grant asked = all(manifest);
        return new Grant(
                asked.kinds.stream().filter(kinds::contains).toList(),
                asked.hosts.stream().filter(hosts::contains).toList());
    }

    /** The factories of a plugin that are of a granted kind. */
    List<Contribution> contributions(LoadedPlugin plugin) {
        return plugin.contributions().stream()
                .filter(each -> kinds.contains(each.descriptor().kind().id()))
                .toList();
    }
}
