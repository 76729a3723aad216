package coop.minga.plugin.api.payment;

import java.util.List;

/** What a request to a webhook address turned out to be. */
public sealed interface HookResult {

    /**
     * The vendor's.
     *
     * @param events what it tells; none when it is genuine but about nothing the host follows
     */
    record Verified(List<HookEvent> events) implements HookResult {

        public Verified {
            events = List.copyOf(events);
        }
    }

    /** Not proven to be the vendor's. */
    record Refused(Reason reason) implements HookResult {}

    /** Why it is not believed. Counted by the host, never told to the sender. */
    enum Reason {
        NO_SIGNATURE,
        WRONG_SIGNATURE,
        /** Signed well, too long ago. */
        STALE,
        /** Signed well, by a clock ahead of ours. */
        FROM_THE_FUTURE,
        MALFORMED,
        /** Of the other mode: a test event at a live provider, or the reverse. */
        WRONG_MODE,
        /** Of another account or webhook than the configured one. */
        NOT_FOR_US
    }

    static HookResult verified(HookEvent... events) {
        return new Verified(List.of(events));
    }

    static HookResult verified(List<HookEvent> events) {
        return new Verified(events);
    }

    static HookResult refused(Reason reason) {
        return new Refused(reason);
    }
}
