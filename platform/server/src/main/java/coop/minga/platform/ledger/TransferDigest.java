package coop.minga.platform.ledger;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.UUID;

/**
 * The hash a transfer carries over itself and all its postings, so that a change to any of them is
 * seen at once, not only when the next checkpoint fails to fit.
 */
final class TransferDigest {

    private static final UUID NO_TARGET = new UUID(0, 0);

    private final Digests digests = new Digests();

    TransferDigest(
            UUID id,
            String kind,
            String phase,
            @Nullable UUID target,
            Explains explains,
            Instant at,
            @Nullable Instant expiresAt) {
        digests.text("minga transfer 1")
                .uuid(id)
                .text(kind)
                .text(phase)
                .uuid(target == null ? NO_TARGET : target)
                .text(explains.type())
                .text(explains.id())
                .time(at)
                .time(expiresAt == null ? Instant.EPOCH : expiresAt);
    }

    void posting(
            int n,
            String from,
            String to,
            String asset,
            long amount,
            boolean pending,
            String rule,
            @Nullable Long fromEntry,
            @Nullable Long toEntry,
            @Nullable Long fromBalance,
            @Nullable Long toBalance) {
        digests.number(n)
                .text(from)
                .text(to)
                .text(asset)
                .number(amount)
                .number(pending ? 1 : 0)
                .text(rule)
                .number(orZero(fromEntry))
                .number(orZero(toEntry))
                .number(orZero(fromBalance))
                .number(orZero(toBalance));
    }

    byte[] finish() {
        return digests.finish();
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }
}
