package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.StateStore;
import coop.minga.plugin.api.Text;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What is known of transfers. Each fact has a place of its own that is written once, whoever comes
 * first. Thread-safe over all hosts on one database.
 */
final class Ledger {

    private static final String BEGUN = "pay/";
    private static final String SENT = "sent/";
    private static final String END = "end/";
    private static final String REFUND = "rfd/";

    /** The store takes 1,000 documents; a payment takes two or three. */
    private static final int FULL = 900;

    private static final int FORGOTTEN_AT_ONCE = 50;
    private static final int MOST_REFUNDS = 50;

    private final StateStore store;

    Ledger(StateStore store) {
        this.store = store;
    }

    Optional<Transfer> find(String id) {
        return doc(BEGUN + id)
                .map(begun ->
                        new Transfer(
                                id,
                                begun,
                                doc(SENT + id),
                                doc(END + id),
                                store.keys(REFUND + id + "/").stream()
                                        .flatMap(key -> doc(key).stream())
                                        .toList()));
    }

    Transfer get(String id) {
        return find(id).orElseThrow(Ledger::notFound);
    }

    List<Transfer> all() {
        return store.keys(BEGUN).stream()
                .flatMap(key -> find(key.substring(BEGUN.length())).stream())
                .sorted(Comparator.comparing((Transfer each) -> each.begun().at()))
                .toList();
    }

    private Optional<Doc> doc(String key) {
        return store.get(key).map(Doc::read);
    }

    /** Begins it, or finds that somebody has. */
    Transfer begin(String id, Doc begun) {
        if (find(id).isEmpty()) {
            makeRoom();
        }
        store.putIfAbsent(BEGUN + id, begun.written());
        return get(id);
    }

    /** Keeps what the payer told first. */
    Transfer sent(String id, Doc told) {
        store.putIfAbsent(SENT + id, told.written());
        return get(id);
    }

    /** Ends it, unless somebody has: look at the answer. */
    Transfer end(String id, Doc end) {
        get(id);
        store.putIfAbsent(END + id, end.written());
        return get(id);
    }

    /**
     * Adds a refund that is decided on all refunds before it.
     *
     * @param decide the refund; empty when it is there already
     */
    Transfer refund(String id, Function<Transfer, Optional<Doc>> decide) {
        while (true) {
            Transfer now = get(id);
            Optional<Doc> next = decide.apply(now);
            if (next.isEmpty()) {
                return now;
            }
            int number = now.refunds().size();
            if (number >= MOST_REFUNDS) {
                throw new ProviderException(
                        Code.INVALID_REQUEST,
                        Text.of(
                                "A transfer takes at most 50 refunds",
                                "Una transferencia admite como mucho 50 devoluciones"));
            }
            if (store.putIfAbsent(
                    REFUND + id + "/" + "%03d".formatted(number), next.get().written())) {
                return get(id);
            }
        }
    }

    /** Says that a refund was sent; once is enough. */
    void refundSent(String id, int number, Doc refund) {
        store.put(REFUND + id + "/" + "%03d".formatted(number), refund.written());
    }

    /** Only what ended is forgotten, the oldest first; what is open never. */
    private void makeRoom() {
        if (store.keys("").size() < FULL) {
            return;
        }
        List<Transfer> ended =
                all().stream()
                        .filter(each -> each.end().isPresent())
                        .limit(FORGOTTEN_AT_ONCE)
                        .toList();
        if (ended.isEmpty()) {
            throw ProviderException.limit(
                    Text.of(
                            "Too many transfers are waiting: confirm or reject some",
                            "Hay demasiadas transferencias en espera: confirma o rechaza algunas"),
                    java.time.Duration.ofHours(1));
        }
        for (Transfer each : ended) {
            // What begins it goes last: without it the rest makes no sense.
            Stream.concat(
                            store.keys(REFUND + each.id() + "/").stream(),
                            Stream.of(SENT + each.id(), END + each.id(), BEGUN + each.id()))
                    .forEach(store::delete);
        }
    }

    static ProviderException notFound() {
        return new ProviderException(
                Code.NOT_FOUND,
                Text.of("There is no such transfer", "No existe esa transferencia"));
    }
}
