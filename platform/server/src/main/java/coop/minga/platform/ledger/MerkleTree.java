package coop.minga.platform.ledger;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The Merkle root over leaves given one by one, in memory that grows with the logarithm of their
 * number. Leaves and nodes are hashed under different prefixes, as RFC 6962 does.
 */
final class MerkleTree {

    private final Deque<byte[]> peaks = new ArrayDeque<>();
    private long leaves;

    void add(byte[] leaf) {
        byte[] node = new Digests().number(0).bytes(leaf).finish();
        for (long bits = leaves; (bits & 1) == 1; bits >>= 1) {
            node = join(peaks.pop(), node);
        }
        peaks.push(node);
        leaves++;
    }

    long leaves() {
        return leaves;
    }

    byte[] root() {
        if (peaks.isEmpty()) {
            return new Digests().finish();
        }
        byte[] root = null;
        for (byte[] peak : peaks) {
            root = root == null ? peak : join(peak, root);
        }
        return root == null ? new byte[0] : root;
    }

    private static byte[] join(byte[] left, byte[] right) {
        return new Digests().number(1).bytes(left).bytes(right).finish();
    }
}
