package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.StateStore;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The vendor's books: what happened to each payment, in order. Thread-safe over all hosts. */
final class Book {

    /** The store takes 1,000 documents; some room for those who write at once. */
    private static final int FULL = 850;

    /** So that one payment can never fill the store. */
    private static final int MOST_STEPS = 60;

    private static final DateTimeFormatter ORDERED =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    private final StateStore store;
    private final String things;
    private final String order;

    /** The book of payments. */
    Book(StateStore store) {
        this(store, "pay/", "order/");
    }

    /** The book of saved cards. */
    static Book ofCards(StateStore store) {
        return new Book(store, "card/", "card-order/");
    }

    private Book(StateStore store, String things, String order) {
        this.store = store;
        this.things = things;
        this.order = order;
    }

    /** The name that follows from a key, so that a payment is found without being looked for. */
    static String name(String key) {
        return "tp" + sha256(key).substring(0, 22);
    }

    /** What happened to a payment; empty when there is none. */
    Optional<History> find(String payment) {
        List<Step> steps = new ArrayList<>();
        for (String key : store.keys(things + payment + "/")) {
            store.get(key).map(Step::read).ifPresent(steps::add);
        }
        return steps.isEmpty() ? Optional.empty() : Optional.of(new History(payment, steps));
    }

    /** Writes the first step of a payment, or finds that somebody has. */
    History begin(String payment, Step started) {
        makeRoom();
        store.putIfAbsent(place(payment, 0), started.write());
        History history = find(payment).orElseThrow(() -> notFound("payment"));
        // From what is stored, so that whoever comes with the same key names the same place.
        String at = ORDERED.format(history.start().at());
        store.putIfAbsent(order + at + "-" + payment, "{}");
        return history;
    }

    /**
     * Adds a step that is decided on what happened so far, and on nothing that happened since.
     *
     * @param decide the next step; empty for none
     */
    History add(String payment, Function<History, Optional<Step>> decide) {
        while (true) {
            History now = find(payment).orElseThrow(() -> notFound("payment"));
            Optional<Step> next = decide.apply(now);
            if (next.isEmpty()) {
                return now;
            }
            int number = now.steps().size();
            if (number >= MOST_STEPS) {
                throw new ProviderException(
                        Code.INVALID_REQUEST, "A test payment takes at most 60 steps");
            }
            if (store.putIfAbsent(place(payment, number), next.get().write())) {
                return find(payment).orElseThrow(() -> notFound("payment"));
            }
        }
    }

    /** Payments begun at or after a time, the oldest first. */
    List<History> since(Instant since) {
        String from = order + ORDERED.format(since);
        return store.keys(order).stream()
                .filter(key -> key.compareTo(from) >= 0)
                .flatMap(key -> find(paymentOf(key)).stream())
                .toList();
    }

    static ProviderException notFound(String what) {
        return new ProviderException(Code.NOT_FOUND, "There is no such test " + what);
    }

    private void makeRoom() {
        if (store.keys("").size() < FULL) {
            return;
        }
        List<String> oldest = store.keys(order);
        for (String key : oldest.subList(0, Math.min(oldest.size(), 40))) {
            // The first step goes last: without it the rest makes no sense.
            store.keys(things + paymentOf(key) + "/").reversed().forEach(store::delete);
            store.delete(key);
        }
    }

    private String paymentOf(String key) {
        return key.substring(key.indexOf('-', order.length()) + 1);
    }

    private String place(String payment, int number) {
        return things + payment + "/" + "%03d".formatted(number);
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
