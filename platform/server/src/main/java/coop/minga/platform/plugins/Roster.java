package coop.minga.platform.plugins;

import coop.minga.plugin.api.Kind;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes the operators' list of plugins out of what is there and what runs. */
final class Roster {

    private final SafeMode safeMode;
    private final Map<String, Reason> leaks;
    private final List<PluginView> rows = new ArrayList<>();
    private final Set<String> shown = new HashSet<>();

    private Roster(SafeMode safeMode, Map<String, Reason> leaks) {
        this.safeMode = safeMode;
        this.leaks = leaks;
    }

    /**
     * @param slots every file
     * @param running what runs, also what has no file any more
     * @param previous the running plugin that goes on in place of a file's own
     * @param earlier what a file's plugin may go back to
     */
    static List<PluginView> of(
            Collection<Slot> slots,
            Collection<Slot> running,
            Function<Slot, Optional<Slot>> previous,
            Function<Slot, Optional<Earlier>> earlier,
            SafeMode safeMode,
            Map<String, Reason> leaks,
            Instant now) {
        Roster roster = new Roster(safeMode, leaks);
        Set<Slot> listed = new HashSet<>(slots);
        for (Slot slot : slots) {
            Optional<Slot> standIn =
                    slot.isRunning()
                            ? Optional.empty()
                            : previous.apply(slot).filter(each -> !slots.contains(each));
            standIn.ifPresent(listed::add);
            roster.add(slot, standIn, earlier.apply(slot).orElse(null));
        }
        for (Slot slot : running) {
            if (!listed.contains(slot)) {
                roster.add(slot, Optional.empty(), null);
            }
        }
        roster.addGone(now);
        return List.copyOf(roster.rows);
    }

    private void add(Slot slot, Optional<Slot> standIn, @Nullable Earlier earlier) {
        Slot seen = standIn.orElse(slot);
        // What waits for consent is shown as it is: that is what somebody has to decide about.
        Slot shownAs = slot.state() == PluginState.CONSENT ? slot : seen;
        @Nullable Reason reason = standIn.isPresent() ? rolledBack(slot, seen) : slot.reason();
        @Nullable Reason suspected =
                seen.unpacked()
                        .map(PluginRunner::version)
                        .flatMap(safeMode::suspected)
                        .orElse(null);
        @Nullable Reason leak = leaks.get(seen.id());
        boolean runs = seen.state() == PluginState.STARTED;
        boolean verified = slot.unpacked().isPresent() || slot.reason() == null;
        List<Condition> conditions =
                List.of(
                        condition(Condition.Type.VERIFIED, verified, slot.reason()),
                        condition(Condition.Type.STARTED, runs, reason),
                        condition(Condition.Type.CURRENT, standIn.isEmpty(), reason),
                        condition(Condition.Type.STEADY, suspected == null, suspected),
                        condition(Condition.Type.COLLECTED, leak == null, leak));
        if (reason == null) {
            reason = leak == null ? suspected : leak;
        }
        rows.add(
                new PluginView(
                        shownAs.id(),
                        slot.fileName(),
                        shownAs.version(),
                        slot.state() != PluginState.DISABLED,
                        shownAs.state(),
                        reason,
                        conditions,
                        shownAs.since(),
                        kinds(shownAs),
                        shownAs.sha256(),
                        shownAs.standing(),
                        earlier));
        shown.add(shownAs.id());
    }

    private static List<String> kinds(Slot slot) {
        return slot.isReadable()
                ? slot.manifest().kinds().stream().map(Kind::id).sorted().toList()
                : List.of();
    }

    private static Condition condition(Condition.Type type, boolean met, @Nullable Reason reason) {
        return new Condition(type, met, met ? null : reason);
    }

    /** Null while it is not known yet whether the new one will do. */
    private static @Nullable Reason rolledBack(Slot slot, Slot standIn) {
        Reason why = slot.reason();
        if (why == null
                || slot.state() != PluginState.FAILED && slot.state() != PluginState.CONSENT) {
            return null;
        }
        String wanted = slot.version().isEmpty() ? slot.fileName() : slot.version();
        return Reason.of(
                "rolled-back",
                "Version "
                        + standIn.version()
                        + " goes on running, because "
                        + wanted
                        + " cannot: "
                        + why.text().in("en"),
                "Sigue funcionando la versión "
                        + standIn.version()
                        + ", porque "
                        + wanted
                        + " no puede: "
                        + why.text().in("es"));
    }

    private void addGone(Instant now) {
        leaks.forEach((id, reason) -> {
            if (!shown.contains(id)) {
                rows.add(
                        new PluginView(
                                id,
                                "",
                                "",
                                false,
                                PluginState.CLOSED,
                                reason,
                                List.of(new Condition(Condition.Type.COLLECTED, false, reason)),
                                now,
                                List.of(),
                                "",
                                Standing.unsigned(),
                                null));
            }
        });
    }
}
