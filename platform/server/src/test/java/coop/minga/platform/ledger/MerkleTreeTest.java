package coop.minga.platform.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

class MerkleTreeTest {

    @Test
    void theStreamedRootIsTheRootOfTheWholeTree() {
        List<byte[]> leaves = new ArrayList<>();
        Set<String> roots = new HashSet<>();
        for (int count = 1; count <= 70; count++) {
            leaves.add(new Digests().number(count).finish());
            MerkleTree tree = new MerkleTree();
            leaves.forEach(tree::add);

            assertThat(tree.root()).as("%d leaves", count).isEqualTo(recursive(leaves));
            assertThat(tree.leaves()).isEqualTo(count);
            roots.add(HexFormat.of().formatHex(tree.root()));
        }
        assertThat(roots).hasSize(70);
    }

    /** RFC 6962 section 2.1, written as it stands there. */
    private static byte[] recursive(List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return new Digests().number(0).bytes(leaves.getFirst()).finish();
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        return new Digests()
                .number(1)
                .bytes(recursive(leaves.subList(0, split)))
                .bytes(recursive(leaves.subList(split, leaves.size())))
                .finish();
    }
}
