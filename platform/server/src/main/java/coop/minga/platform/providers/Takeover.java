package coop.minga.platform.providers;

import coop.minga.platform.plugins.Reason;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Moves a plugin's providers to another version of it. The new ones are opened and looked at beside
 * the old ones; only when each that worked before works again do calls go to the new ones, and the
 * old ones end what they had begun.
 */
final class Takeover {

    private static final Duration LOOK_WITHIN = Duration.ofSeconds(5);

    /** One provider that is ready to take over. */
    private record Ready(Held held, Open next, Optional<Held.Facts> facts, Look.Finding finding) {}

    private final ProviderOpener opener;
    private final boolean trial;
    private final Map<Held, FactoryEntry> moves = new LinkedHashMap<>();
    private final ConcurrentLinkedQueue<Ready> ready = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Reason> refusals = new ConcurrentLinkedQueue<>();
    private volatile boolean committed;

    /**
     * @param open the open providers of the plugin
     * @param factory the factory of the new version for one of them
     */
    Takeover(
            ProviderOpener opener,
            boolean trial,
            List<Held> open,
            Function<Held, Optional<FactoryEntry>> factory) {
        this.opener = opener;
        this.trial = trial;
        open.forEach(held -> factory.apply(held).ifPresent(entry -> moves.put(held, entry)));
    }

    /**
     * Opens the new ones.
     *
     * @return why the old ones must stay; then nothing of the new ones is left
     */
    Optional<Reason> prepare(Refusals refused) {
        List<Thread> threads = new ArrayList<>();
        moves.forEach((held, entry) ->
                threads.add(
                        Thread.ofVirtual()
                                .name("provider-takeover")
                                .start(() -> prepare(held, entry, refused))));
        threads.forEach(Takeover::join);
        if (!refusals.isEmpty() || ready.size() < moves.size()) {
            ready.forEach(each -> Held.close(each.next(), each.held().setup().ref()));
            return Optional.of(
                    refusals.isEmpty()
                            ? Reason.of(
                                    "takeover-interrupted",
                                    "The host stops.",
                                    "El anfitrión se detiene.")
                            : refusals.element());
        }
        return Optional.empty();
    }

    /** Whether a provider is one that moves. */
    boolean moves(Held held) {
        return moves.containsKey(held);
    }

    /** Where refused configurations are reported. */
    @FunctionalInterface
    interface Refusals {
        void refused(Held held, ProviderException refusal);
    }

    private void prepare(Held held, FactoryEntry entry, Refusals refused) {
        ProviderRef ref = held.setup().ref();
        Consumer<ProviderException> later =
                refusal -> {
                    // Until then what the new one is refused says nothing of the old one.
                    if (committed) {
                        refused.refused(held, refusal);
                    }
                };
        switch (opener.open(held.setup(), entry, later)) {
            case ProviderOpener.Opening.NotOpened(Reason why) -> refuse(ref, why);
            case ProviderOpener.Opening.Opened(Open next) -> {
                Guarded<Provider> guarded = Guarded.of(ref, next);
                Optional<Held.Facts> facts = Look.facts(guarded);
                Look.Finding finding =
                        Look.at(
                                        guarded,
                                        Ask.reading("probe").within(LOOK_WITHIN),
                                        held.isWanted(trial))
                                .orElse(
                                        Look.Finding.failed(
                                                Text.of("It does not answer", "No responde")));
                Reason reason = finding.reason();
                if (held.view().state().takesWork()
                        && !finding.state().takesWork()
                        && reason != null) {
                    refuse(ref, reason);
                    Held.close(next, ref);
                } else {
                    ready.add(new Ready(held, next, facts, finding));
                }
            }
        }
    }

    private void refuse(ProviderRef ref, Reason why) {
        refusals.add(
                Reason.of(
                        "takeover-failed",
                        "Its provider " + ref + " does not work: " + why.text().in("en"),
                        "Su proveedor " + ref + " no funciona: " + why.text().in("es")));
    }

    /** Told, for each provider, how its new version is. */
    @FunctionalInterface
    interface Findings {
        void found(Held held, Look.Finding finding);
    }

    /**
     * Sends calls to the new ones, and lets the old ones end theirs.
     *
     * @return what ends when the old ones have
     */
    List<Thread> commit(Duration patience, Findings findings) {
        committed = true;
        List<Thread> drains = new ArrayList<>();
        for (Ready each : ready) {
            Held held = each.held();
            Optional<Open> before = held.handOver(each.next(), each.facts());
            findings.found(held, each.finding());
            before.ifPresent(leaving ->
                    drains.add(
                            Thread.ofVirtual()
                                    .name("provider-drain")
                                    .start(() -> held.drain(leaving, patience))));
        }
        return drains;
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
