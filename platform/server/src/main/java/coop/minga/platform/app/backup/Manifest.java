package coop.minga.platform.app.backup;

import java.time.Instant;
import java.util.List;

/**
 * What an archive holds; its last entry, so that a cut-off archive has none.
 *
 * @param format of the archive; {@value #FORMAT}
 * @param version of the Minga that made it
 * @param createdAt when
 * @param mode {@code trial} or {@code production}
 * @param schemaVersion the last migration
 * @param transaction the server's transaction counter; the restored server's must be beyond it, for
 *     readers of the outbox order facts by it
 * @param tables the rows
 * @param sequences where counters stood
 * @param files keys and configuration, below {@code files/}
 * @param plugins what was in the plugins directory; pins, not copies
 */
public record Manifest(
        int format,
        String version,
        Instant createdAt,
        String mode,
        String schemaVersion,
        long transaction,
        List<Table> tables,
        List<Sequence> sequences,
        List<Content> files,
        List<Content> plugins) {

    static final int FORMAT = 1;
    static final String ENTRY = "manifest.json";

    /**
     * @param name the table
     * @param columns in the order of the copy
     * @param rows how many
     * @param sha256 of the copy, in hex
     */
    public record Table(String name, List<String> columns, long rows, String sha256) {
        String entry() {
            return "tables/" + name + ".copy";
        }
    }

    /** A counter and the last value it gave. */
    public record Sequence(String name, long lastValue) {}

    /**
     * @param path relative, with slashes
     * @param bytes its length
     * @param sha256 in hex
     */
    public record Content(String path, long bytes, String sha256) {}

    long rows() {
        return tables.stream().mapToLong(Table::rows).sum();
    }
}
