package coop.minga.platform.ledger;

import java.time.Instant;

/**
 * A link of the chain over all transfers.
 *
 * @param n counts up from 1
 * @param epoch the life of the database the transfers belong to
 * @param fromXid the first transaction number covered
 * @param uptoXid the first transaction number not covered
 * @param transfers how many
 * @param merkle the Merkle root over their digests
 * @param previous the root before
 * @param witness the head of the audit log's chain
 * @param root the hash over all of the above
 * @param signature over the root
 * @param keyId whose signature
 */
record Checkpoint(
        long n,
        int epoch,
        long fromXid,
        long uptoXid,
        long transfers,
        byte[] merkle,
        byte[] previous,
        String witness,
        byte[] root,
        byte[] signature,
        String keyId,
        Instant at) {

    byte[] computedRoot() {
        return new Digests()
                .text("minga checkpoint 1")
                .number(n)
                .number(epoch)
                .number(fromXid)
                .number(uptoXid)
                .number(transfers)
                .bytes(merkle)
                .bytes(previous)
                .text(witness)
                .text(keyId)
                .time(at)
                .finish();
    }
}
