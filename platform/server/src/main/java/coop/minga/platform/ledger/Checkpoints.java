package coop.minga.platform.ledger;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Seals transfers under a chain of signed Merkle roots.
 *
 * <p>A checkpoint covers the transactions from where the last one ended up to the oldest that still
 * ran when it was cut: a transfer that commits late falls into the next, none between two.
 */
final class Checkpoints {

    private final Ledger ledger;
    private final CheckpointKey key;
    private final Clock clock;
    private final Supplier<String> witness;
    private final BooksStore store = new BooksStore();

    Checkpoints(Ledger ledger, CheckpointKey key, Clock clock, Supplier<String> witness) {
        this.ledger = ledger;
        this.key = key;
        this.clock = clock;
        this.witness = witness;
    }

    /**
     * Cuts one.
     *
     * @return whether there was anything to seal
     */
    boolean cut(Handle handle) {
        store.lockChain(handle);
        int epoch = ledger.epoch(handle);
        Optional<Checkpoint> last = store.lastCheckpoint(handle);
        boolean sealed = false;
        if (last.isPresent() && last.get().epoch() < epoch) {
            // The database moved to another server: whatever its former life left is complete.
            for (int former = last.get().epoch(); former < epoch; former++) {
                long from = former == last.get().epoch() ? last.get().uptoXid() : 0;
                sealed |= seal(handle, former, from, Long.MAX_VALUE);
            }
        }
        Optional<Checkpoint> newest = store.lastCheckpoint(handle);
        long from =
                newest.filter(checkpoint -> checkpoint.epoch() == epoch)
                        .map(Checkpoint::uptoXid)
                        .orElse(0L);
        long upto = store.settledUpto(handle);
        return from < upto && seal(handle, epoch, from, upto) || sealed;
    }

    private boolean seal(Handle handle, int epoch, long from, long upto) {
        MerkleTree tree = new MerkleTree();
        try (ResultIterator<byte[]> digests = store.digests(handle, epoch, from, upto)) {
            while (digests.hasNext()) {
                tree.add(digests.next());
            }
        }
        Optional<Checkpoint> last = store.lastCheckpoint(handle);
        if (tree.leaves() == 0 && last.isPresent()) {
            return false;
        }
        Checkpoint unsigned =
                new Checkpoint(
                        last.map(Checkpoint::n).orElse(0L) + 1,
                        epoch,
                        from,
                        upto,
                        tree.leaves(),
                        tree.root(),
                        last.map(Checkpoint::root).orElse(new byte[0]),
                        witness.get(),
                        new byte[0],
                        new byte[0],
                        key.id(),
                        clock.instant().truncatedTo(ChronoUnit.MICROS));
        byte[] root = unsigned.computedRoot();
        store.insert(
                handle,
                new Checkpoint(
                        unsigned.n(),
                        unsigned.epoch(),
                        unsigned.fromXid(),
                        unsigned.uptoXid(),
                        unsigned.transfers(),
                        unsigned.merkle(),
                        unsigned.previous(),
                        unsigned.witness(),
                        root,
                        key.sign(root),
                        unsigned.keyId(),
                        unsigned.at()));
        return true;
    }
}
