package coop.minga.platform.ledger;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a proof of the books found.
 *
 * @param balanced whether everything fits
 * @param assets the sums, by asset
 * @param checkpoint the newest link of the chain, or null before the first
 * @param verifiedAt when
 * @param tookMs how long it took
 * @param findings what does not fit, at most {@link Books#MAX_FINDINGS}
 */
public record BooksReport(
        boolean balanced,
        List<AssetSum> assets,
        @Nullable CheckpointView checkpoint,
        Instant verifiedAt,
        long tookMs,
        List<Finding> findings) {

    /**
     * All of one asset.
     *
     * @param sumMinor over all accounts; anything but zero is wrong
     * @param accounts how many
     * @param transfers how many touched it
     */
    public record AssetSum(String asset, long sumMinor, long accounts, long transfers) {}

    /**
     * @param n counts up from 1
     * @param root in hex
     */
    public record CheckpointView(long n, String root, Instant at) {}

    /**
     * Something that does not fit.
     *
     * @param check which rule is broken
     * @param row where: an account's address, a transfer's id with a posting's number, a
     *     checkpoint's number
     * @param detail for people, by language
     */
    public record Finding(String check, String row, Map<String, String> detail) {}

    public BooksReport {
        assets = List.copyOf(assets);
        findings = List.copyOf(findings);
    }
}
