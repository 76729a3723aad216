package coop.minga.platform.ledger;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Account rows while their locks are held: where balances are computed before being written. */
final class LockedRows {

    /** One account row. */
    static final class Row {
        final long id;
        final String address;
        final Asset asset;
        final boolean nonNegative;
        long postedDebit;
        long postedCredit;
        long heldDebit;
        long heldCredit;
        long entries;

        Row(
                long id,
                String address,
                Asset asset,
                boolean nonNegative,
                long postedDebit,
                long postedCredit,
                long heldDebit,
                long heldCredit,
                long entries) {
            this.id = id;
            this.address = address;
            this.asset = asset;
            this.nonNegative = nonNegative;
            this.postedDebit = postedDebit;
            this.postedCredit = postedCredit;
            this.heldDebit = heldDebit;
            this.heldCredit = heldCredit;
            this.entries = entries;
        }

        long posted() {
            return Math.subtractExact(postedCredit, postedDebit);
        }

        long available() {
            return Math.subtractExact(posted(), heldDebit);
        }
    }

    /** A posting as it will be written; entry numbers and balances are null while pending. */
    record Leg(
            int n,
            Row from,
            Row to,
            long amount,
            boolean pending,
            String rule,
            @Nullable Long fromEntry,
            @Nullable Long toEntry,
            @Nullable Long fromBalance,
            @Nullable Long toBalance) {}

    /** A transfer as it will be written. */
    record Ready(Draft draft, Instant at, List<Leg> legs, byte[] digest) {

        Recorded recorded() {
            return new Recorded(
                    draft.id(),
                    draft.kind(),
                    draft.phase(),
                    draft.target(),
                    draft.explains(),
                    at,
                    legs.stream()
                            .map(leg ->
                                    new Recorded.Line(
                                            leg.from().address,
                                            leg.to().address,
                                            new Money(leg.amount(), leg.from().asset),
                                            leg.rule()))
                            .toList());
        }
    }

    private final Map<String, Row> rows = new LinkedHashMap<>();

    LockedRows(Collection<Row> locked) {
        locked.forEach(row -> rows.put(row.address, row));
    }

    boolean has(String address) {
        return rows.containsKey(address);
    }

    Collection<Row> all() {
        return rows.values();
    }

    Row row(String address) {
        Row row = rows.get(address);
        if (row == null) {
            throw new IllegalStateException("Not locked: " + address);
        }
        return row;
    }

    /**
     * Applies a transfer to the rows.
     *
     * @throws Shortfall when an account does not have enough; the rows are then no longer good
     */
    Ready apply(Draft draft, Instant at) {
        for (Recorded.Line freed : draft.frees()) {
            Row from = row(freed.from());
            Row to = row(freed.to());
            from.heldDebit = Math.subtractExact(from.heldDebit, freed.amount().minor());
            to.heldCredit = Math.subtractExact(to.heldCredit, freed.amount().minor());
        }
        List<Leg> legs = new ArrayList<>();
        boolean pending = draft.phase() == Phase.HOLD;
        for (Draft.Want want : draft.wants()) {
            Row to = row(want.to());
            long left = want.amount();
            long seen = 0;
            for (String address : want.from()) {
                Row from = row(address);
                long taken = left;
                if (from.nonNegative) {
                    long available = Math.max(0, from.available());
                    seen = Math.addExact(seen, available);
                    taken = Math.min(left, available);
                }
                if (taken > 0) {
                    legs.add(move(legs.size() + 1, from, to, taken, pending, want.rule()));
                    left = Math.subtractExact(left, taken);
                }
            }
            if (left > 0) {
                Asset asset = to.asset;
                throw new Shortfall(new Money(want.amount(), asset), new Money(seen, asset));
            }
        }
        return new Ready(draft, at, legs, digest(draft, at, legs));
    }

    private static Leg move(int n, Row from, Row to, long amount, boolean pending, String rule) {
        if (!from.asset.equals(to.asset)) {
            throw new IllegalStateException(
                    from.address + " and " + to.address + " hold different assets");
        }
        if (pending) {
            from.heldDebit = Math.addExact(from.heldDebit, amount);
            to.heldCredit = Math.addExact(to.heldCredit, amount);
            return new Leg(n, from, to, amount, true, rule, null, null, null, null);
        }
        from.postedDebit = Math.addExact(from.postedDebit, amount);
        to.postedCredit = Math.addExact(to.postedCredit, amount);
        from.entries++;
        to.entries++;
        return new Leg(
                n,
                from,
                to,
                amount,
                false,
                rule,
                from.entries,
                to.entries,
                from.posted(),
                to.posted());
    }

    private static byte[] digest(Draft draft, Instant at, List<Leg> legs) {
        TransferDigest digest =
                new TransferDigest(
                        draft.id(),
                        draft.kind(),
                        draft.phase().id(),
                        draft.target(),
                        draft.explains(),
                        at,
                        draft.expiresAt());
        for (Leg leg : legs) {
            digest.posting(
                    leg.n(),
                    leg.from().address,
                    leg.to().address,
                    leg.from().asset.code(),
                    leg.amount(),
                    leg.pending(),
                    leg.rule(),
                    leg.fromEntry(),
                    leg.toEntry(),
                    leg.fromBalance(),
                    leg.toBalance());
        }
        return digest.finish();
    }
}
