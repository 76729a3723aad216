package coop.minga.platform.ledger;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.Csv;

import org.jdbi.v3.core.result.ResultIterator;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * The journal for other people's books: every posting in the order of time, as CSV, read from one
 * snapshot in memory that does not grow with it. Thread-safe.
 */
public final class Journal {

    private static final List<String> COLUMNS =
            List.of(
                    "transfer",
                    "at",
                    "kind",
                    "phase",
                    "posting",
                    "from",
                    "to",
                    "asset",
                    "amount_minor",
                    "pending",
                    "rule",
                    "explains_type",
                    "explains_id");

    private final Db db;
    private final JournalStore store = new JournalStore();

    public Journal(Db db) {
        this.db = db;
    }

    /**
     * Writes the postings of a time.
     *
     * @param from the first moment
     * @param until the first moment that is not part of it
     */
    public void write(OutputStream out, Instant from, Instant until) throws IOException {
        try {
            db.inSnapshot(handle -> {
                try (ResultIterator<JournalStore.Line> lines = store.lines(handle, from, until)) {
                    Csv.write(
                            out,
                            COLUMNS,
                            rows -> lines.forEachRemaining(line -> rows.add(cells(line))));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return true;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<?> cells(JournalStore.Line line) {
        return Arrays.asList(
                line.transfer(),
                line.at(),
                line.kind(),
                line.phase(),
                line.posting(),
                line.from(),
                line.to(),
                line.asset(),
                line.amount(),
                line.pending(),
                line.rule(),
                line.explainsType(),
                line.explainsId());
    }
}
