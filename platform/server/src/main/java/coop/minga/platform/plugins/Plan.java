package coop.minga.platform.plugins;

import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.PluginRejected.Code;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which of the plugins that were read should run, and in which order; every other one gets
 * a reason. A pure function of the slots.
 */
final class Plan {

    private final Map<String, Slot> chosen = new LinkedHashMap<>();
    private final Map<Slot, PluginRejected> refused = new HashMap<>();
    private final List<Slot> disabled = new ArrayList<>();
    private final List<List<Slot>> levels = new ArrayList<>();

    private Plan() {}

    static Plan of(Collection<Slot> slots, Set<String> disabledIds) {
        Plan plan = new Plan();
        List<Slot> readable =
                slots.stream()
                        .filter(slot -> slot.unpacked().isPresent())
                        .sorted(Comparator.comparing(Slot::fileName))
                        .toList();
        for (Slot slot : readable) {
            plan.choose(slot);
        }
        List<Slot> candidates = new ArrayList<>();
        for (Slot slot : plan.chosen.values()) {
            if (disabledIds.contains(slot.id())) {
                plan.disabled.add(slot);
            } else if (slot.isFit()) {
                candidates.add(slot);
            }
        }
        plan.order(candidates);
        return plan;
    }

    /** Slots that should run, those without dependencies first; each level may start at once. */
    List<List<Slot>> levels() {
        return levels;
    }

    List<Slot> disabled() {
        return disabled;
    }

    /** Slots that must not run, with the reason. */
    Map<Slot, PluginRejected> refused() {
        return refused;
    }

    /** The plugins that should run. */
    Set<String> ids() {
        return levels.stream()
                .flatMap(List::stream)
                .map(Slot::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    private void choose(Slot slot) {
        Slot other = chosen.get(slot.id());
        if (other == null) {
            chosen.put(slot.id(), slot);
            return;
        }
        boolean better =
                slot.isFit() == other.isFit()
                        ? slot.manifest().version().compareTo(other.manifest().version()) > 0
                        : slot.isFit();
        Slot winner = better ? slot : other;
        Slot loser = better ? other : slot;
        chosen.put(slot.id(), winner);
        if (!loser.isFit()) {
            // What is wrong with it is worth more than that it is not alone.
            return;
        }
        refused.put(
                loser,
                new PluginRejected(
                        Code.DUPLICATE,
                        "The plugin "
                                + slot.id()
                                + " is there twice; "
                                + winner.fileName()
                                + " (version "
                                + winner.manifest().version()
                                + ") is used. Delete one of them.",
                        "El plugin "
                                + slot.id()
                                + " está dos veces; se usa "
                                + winner.fileName()
                                + " (versión "
                                + winner.manifest().version()
                                + "). Borra uno de los dos."));
    }

    private void order(List<Slot> candidates) {
        List<Slot> waiting = new ArrayList<>(candidates);
        Map<String, Slot> settled = new HashMap<>();
        boolean refusedOne = true;
        while (refusedOne) {
            refusedOne = false;
            for (Slot slot : List.copyOf(waiting)) {
                for (PluginManifest.Dependency dependency : slot.manifest().dependencies()) {
                    Slot needed = chosen.get(dependency.id());
                    boolean there = needed != null && waiting.contains(needed);
                    boolean fits = needed != null && there && fits(dependency, needed);
                    if (!fits && !(dependency.optional() && !there)) {
                        refuse(slot, dependency);
                        waiting.remove(slot);
                        refusedOne = true;
                        break;
                    }
                }
            }
        }
        while (!waiting.isEmpty()) {
            List<Slot> level =
                    waiting.stream()
                            .filter(slot ->
                                    slot.manifest().dependencies().stream()
                                            .allMatch(d -> isSettled(d, settled)))
                            .toList();
            if (level.isEmpty()) {
                for (Slot slot : waiting) {
                    refuseCycle(slot, waiting);
                }
                return;
            }
            level.forEach(slot -> settled.put(slot.id(), slot));
            waiting.removeAll(level);
            levels.add(level);
        }
    }

    private static boolean fits(PluginManifest.Dependency dependency, Slot needed) {
        return dependency
                .versions()
                .map(range -> range.admits(needed.manifest().version()))
                .orElse(true);
    }

    private boolean isSettled(PluginManifest.Dependency dependency, Map<String, Slot> settled) {
        return settled.containsKey(dependency.id())
                || (dependency.optional() && !chosen.containsKey(dependency.id()));
    }

    private void refuse(Slot slot, PluginManifest.Dependency dependency) {
        String wanted =
                dependency.id() + dependency.versions().map(range -> " " + range).orElse("");
        Slot there = chosen.get(dependency.id());
        refused.put(
                slot,
                new PluginRejected(
                        Code.DEPENDENCY,
                        "It needs the plugin "
                                + wanted
                                + (there == null
                                        ? ", which is not there."
                                        : ", but version "
                                                + there.manifest().version()
                                                + " does not fit or does not run."),
                        "Necesita el plugin "
                                + wanted
                                + (there == null
                                        ? ", que no está."
                                        : ", pero la versión "
                                                + there.manifest().version()
                                                + " no sirve o no funciona.")));
    }

    private void refuseCycle(Slot slot, List<Slot> cycle) {
        String names = String.join(", ", cycle.stream().map(Slot::id).sorted().toList());
        refused.put(
                slot,
                new PluginRejected(
                        Code.DEPENDENCY,
                        "These plugins wait for each other: " + names + ".",
                        "Estos plugins se esperan entre sí: " + names + "."));
    }
}
