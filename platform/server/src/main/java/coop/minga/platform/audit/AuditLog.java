package coop.minga.platform.audit;

import coop.minga.platform.Ids;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Json;

import org.jdbi.v3.core.Handle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The audit log in PostgreSQL. Thread-safe. */
public final class AuditLog implements Audit {

    private static final int BATCH = 1_000;

    private final Db db;
    private final Clock clock;
    private final Ids ids;
    private final AuditStore store = new AuditStore();

    public AuditLog(Db db, Clock clock, Ids ids) {
        this.db = db;
        this.clock = clock;
        this.ids = ids;
    }

    @Override
    public void record(Handle handle, Entry entry) {
        store.insert(
                handle,
                ids.next(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                entry,
                Json.write(entry.before()),
                Json.write(entry.after()));
    }

    /** Newest first. */
    List<AuditStore.Row> list(AuditFilter filter, Cursor after, int limit) {
        return db.read(handle -> store.list(handle, filter, after, limit));
    }

    /**
     * Puts what was written since under the next hash.
     *
     * @return how many entries
     */
    public int seal() {
        int sealed = 0;
        while (true) {
            int batch = db.inTransaction(this::sealBatch);
            sealed += batch;
            if (batch < BATCH) {
                return sealed;
            }
        }
    }

    private int sealBatch(Handle handle) {
        Optional<AuditStore.Last> last = store.lockLast(handle);
        List<AuditStore.Row> rows =
                store.unsealed(
                        handle,
                        last.map(AuditStore.Last::uptoXact).orElse(0L),
                        last.map(AuditStore.Last::uptoN).orElse(0L),
                        BATCH);
        if (!rows.isEmpty()) {
            byte[] before = last.map(AuditStore.Last::hash).orElse(new byte[0]);
            long seq = last.map(AuditStore.Last::seq).orElse(0L) + 1;
            store.insertSeal(
                    handle,
                    seq,
                    clock.instant().truncatedTo(ChronoUnit.MILLIS),
                    rows,
                    hash(before, rows));
        }
        return rows.size();
    }

    /**
     * Recomputes every hash.
     *
     * @return what does not fit, one sentence each; empty when all is well
     */
    public List<String> verify() {
        return db.inTransaction(handle -> {
            List<String> wrong = new ArrayList<>();
            byte[] before = new byte[0];
            long expected = 1;
            for (AuditStore.Seal seal : store.seals(handle)) {
                if (seal.seq() != expected) {
                    wrong.add("Audit seal " + expected + " is missing.");
                }
                List<AuditStore.Row> rows = store.entries(handle, seal.numbers());
                if (rows.size() != seal.numbers().length) {
                    List<Long> gone = new ArrayList<>(Arrays.asList(seal.numbers()));
                    rows.forEach(row -> gone.remove(row.n()));
                    wrong.add("Audit entries " + gone + " were removed.");
                } else if (!MessageDigest.isEqual(hash(before, rows), seal.hash())) {
                    wrong.add(
                            "An audit entry from "
                                    + rows.getFirst().n()
                                    + " to "
                                    + rows.getLast().n()
                                    + " was changed, or a seal before seal "
                                    + seal.seq()
                                    + ".");
                }
                before = seal.hash();
                expected = seal.seq() + 1;
            }
            return wrong;
        });
    }

    /** The hash of the last seal, in hex; empty before the first. */
    public String root() {
        return db.inTransaction(handle -> store.lockLast(handle))
                .map(last -> HexFormat.of().formatHex(last.hash()))
                .orElse("");
    }

    private static byte[] hash(byte[] before, List<AuditStore.Row> rows) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java runtime", e);
        }
        digest.update(before);
        for (AuditStore.Row row : rows) {
            for (String part :
                    List.of(
                            row.id().toString(),
                            row.at().toString(),
                            row.actor(),
                            row.address(),
                            row.action(),
                            row.subject(),
                            row.before(),
                            row.after(),
                            row.traceId())) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
        }
        return digest.digest();
    }
}
