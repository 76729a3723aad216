package coop.minga.platform.ledger;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterable;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The ledger's SQL. Every write is set-based: one statement for any number of transfers. */
final class LedgerStore {

    /** A recorded transfer with the hash of what its caller said. */
    record Known(Recorded transfer, byte[] inputHash) {}

    /** An open hold with its lock held. */
    record OpenHold(UUID id, @Nullable Instant expiresAt, List<Recorded.Line> lines) {}

    /** A row that an account needs. */
    record NewRow(String address, Asset asset, boolean nonNegative) {}

    // ------------------------------------------------------------------ accounts

    List<LockedRows.Row> lock(Handle handle, Collection<String> addresses) {
        return handle.createQuery(
                        """
                        SELECT a.id, a.address, a.asset, s.scale, a.non_negative, a.posted_debit,
                               a.posted_credit, a.held_debit, a.held_credit, a.entries
                          FROM ledger_accounts a JOIN ledger_assets s ON s.code = a.asset
                         WHERE a.address = ANY (:addresses)
                         ORDER BY a.address
                           FOR NO KEY UPDATE OF a
                        """)
                .bindArray("addresses", String.class, addresses)
                .map((row, context) ->
                        new LockedRows.Row(
                                row.getLong("id"),
                                row.getString("address"),
                                asset(row),
                                row.getBoolean("non_negative"),
                                row.getLong("posted_debit"),
                                row.getLong("posted_credit"),
                                row.getLong("held_debit"),
                                row.getLong("held_credit"),
                                row.getLong("entries")))
                .list();
    }

    /** Which of them there are; rows are never deleted. */
    Set<String> present(Handle handle, Collection<String> addresses) {
        return handle.createQuery(
                        "SELECT address FROM ledger_accounts WHERE address = ANY (:addresses)")
                .bindArray("addresses", String.class, addresses)
                .mapTo(String.class)
                .set();
    }

    void createRows(Handle handle, List<NewRow> rows, Instant at) {
        handle.createUpdate(
                        """
                        INSERT INTO ledger_assets (code, scale)
                        SELECT DISTINCT u.code, u.scale
                          FROM unnest(:codes, :scales) AS u (code, scale)
                         ORDER BY u.code
                            ON CONFLICT DO NOTHING
                        """)
                .bindArray("codes", String.class, rows.stream().map(r -> r.asset().code()).toList())
                .bindArray(
                        "scales", Integer.class, rows.stream().map(r -> r.asset().scale()).toList())
                .execute();
        handle.createUpdate(
                        """
                        INSERT INTO ledger_accounts (address, asset, non_negative, created_at)
                        SELECT u.address, u.asset, u.non_negative, :at
                          FROM unnest(:addresses, :assets, :nonNegatives)
                               AS u (address, asset, non_negative)
                         ORDER BY u.address COLLATE "C"
                            ON CONFLICT (address) DO NOTHING
                        """)
                .bindArray("addresses", String.class, rows.stream().map(NewRow::address).toList())
                .bindArray(
                        "assets", String.class, rows.stream().map(r -> r.asset().code()).toList())
                .bindArray(
                        "nonNegatives",
                        Boolean.class,
                        rows.stream().map(NewRow::nonNegative).toList())
                .bind("at", utc(at))
                .execute();
    }

    /** Posted and held sums by address; a hot account's rows are summed by the caller. */
    Map<String, long[]> sums(Handle handle, Collection<String> addresses) {
        Map<String, long[]> sums = new LinkedHashMap<>();
        handle.createQuery(
                        """
                        SELECT address, posted_credit - posted_debit AS posted, held_debit
                          FROM ledger_accounts
                         WHERE address = ANY (:addresses)
                        """)
                .bindArray("addresses", String.class, addresses)
                .map((row, context) ->
                        Map.entry(
                                row.getString("address"),
                                new long[] {row.getLong("posted"), row.getLong("held_debit")}))
                .forEach(entry -> sums.put(entry.getKey(), entry.getValue()));
        return sums;
    }

    // ------------------------------------------------------------------ transfers

    /**
     * Writes transfers, postings and balances in one statement.
     *
     * @return how many transfers were new; when any was not, no posting and no balance was written
     */
    int write(
            Handle handle,
            int epoch,
            List<LockedRows.Ready> ready,
            Collection<LockedRows.Row> rows) {
        TransferColumns t = new TransferColumns();
        PostingColumns p = new PostingColumns();
        List<UUID> resolved = new ArrayList<>();
        for (LockedRows.Ready one : ready) {
            t.add(one);
            one.legs().forEach(leg -> p.add(one.draft().id(), leg));
            UUID target = one.draft().target();
            if (target != null
                    && (one.draft().phase() == Phase.POST || one.draft().phase() == Phase.VOID)) {
                resolved.add(target);
            }
        }
        var query =
                handle.createQuery(
                                """
                                WITH t AS (
                                    INSERT INTO ledger_transfers
                                           (id, kind, phase, target, explains_type, explains_id,
                                            input_hash, digest, at, expires_at, epoch)
                                    SELECT u.id, u.kind, u.phase, u.target, u.explains_type,
                                           u.explains_id, decode(u.input_hash, 'hex'),
                                           decode(u.digest, 'hex'), :at,
                                           u.expires_at::timestamptz, :epoch
                                      FROM unnest(:ids, :kinds, :phases, :targets, :types,
                                                  :explained, :hashes, :digests, :expiries)
                                           AS u (id, kind, phase, target, explains_type,
                                                 explains_id, input_hash, digest, expires_at)
                                        ON CONFLICT (id) DO NOTHING
                                    RETURNING id, phase, expires_at
                                ), complete AS (
                                    SELECT count(*) AS written FROM t
                                    HAVING count(*) = :count
                                ), p AS (
                                    INSERT INTO ledger_postings
                                           (transfer_id, n, from_account, to_account, amount,
                                            pending, rule, from_entry, to_entry, from_balance,
                                            to_balance)
                                    SELECT o.transfer_id, o.n::smallint, o.from_account,
                                           o.to_account, o.amount, o.pending, o.rule,
                                           o.from_entry, o.to_entry, o.from_balance,
                                           o.to_balance
                                      FROM complete, unnest(:transfers, :ns, :froms, :tos, :amounts,
                                                  :pendings, :rules, :fromEntries, :toEntries,
                                                  :fromBalances, :toBalances) WITH ORDINALITY
                                           AS o (transfer_id, n, from_account, to_account, amount,
                                                 pending, rule, from_entry, to_entry, from_balance,
                                                 to_balance, position)
                                     ORDER BY o.position
                                ), a AS (
                                    UPDATE ledger_accounts a
                                       SET posted_debit = u.posted_debit,
                                           posted_credit = u.posted_credit,
                                           held_debit = u.held_debit,
                                           held_credit = u.held_credit,
                                           entries = u.entries
                                      FROM complete, unnest(:accounts, :postedDebits,
                                                  :postedCredits, :heldDebits, :heldCredits,
                                                  :entries)
                                           AS u (id, posted_debit, posted_credit, held_debit,
                                                 held_credit, entries)
                                     WHERE a.id = u.id
                                ), opened AS (
                                    INSERT INTO ledger_open_holds (transfer_id, expires_at)
                                    SELECT t.id, t.expires_at FROM complete, t
                                     WHERE t.phase = 'hold'
                                ), resolved AS (
                                    DELETE FROM ledger_open_holds h USING complete
                                     WHERE h.transfer_id = ANY (:resolved)
                                )
                                SELECT count(*) FROM t
                                """)
                        .bind("at", utc(ready.getFirst().at()))
                        .bind("epoch", epoch)
                        .bind("count", ready.size())
                        .bindArray("resolved", UUID.class, resolved);
        t.bind(query);
        p.bind(query);
        bindRows(query, rows);
        return query.mapTo(Integer.class).one();
    }

    List<Known> find(Handle handle, Collection<UUID> ids) {
        return known(
                handle.createQuery(
                                SELECT_TRANSFERS
                                        + """
                                         WHERE t.id = ANY (:ids)
                                         ORDER BY t.id, p.n
                                        """)
                        .bindArray("ids", UUID.class, ids)
                        .map((row, context) -> line(row)));
    }

    List<Known> about(Handle handle, UUID target) {
        return known(
                handle.createQuery(
                                SELECT_TRANSFERS
                                        + """
                                         WHERE t.target = :target
                                         ORDER BY t.id, p.n
                                        """)
                        .bind("target", target)
                        .map((row, context) -> line(row)));
    }

    /** Makes concurrent work about one transfer wait its turn. */
    boolean lockTransfer(Handle handle, UUID id) {
        return handle.createQuery("SELECT 1 FROM ledger_transfers WHERE id = :id FOR NO KEY UPDATE")
                .bind("id", id)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    Optional<OpenHold> lockOpenHold(Handle handle, UUID id) {
        List<OpenLine> lines =
                handle.createQuery(
                                """
                                SELECT h.expires_at, f.address AS from_row, d.address AS to_row,
                                       p.amount, f.asset, s.scale, p.rule
                                  FROM ledger_open_holds h
                                  JOIN ledger_postings p ON p.transfer_id = h.transfer_id
                                  JOIN ledger_accounts f ON f.id = p.from_account
                                  JOIN ledger_accounts d ON d.id = p.to_account
                                  JOIN ledger_assets s ON s.code = f.asset
                                 WHERE h.transfer_id = :id
                                 ORDER BY p.n
                                   FOR UPDATE OF h
                                """)
                        .bind("id", id)
                        .map((row, context) ->
                                new OpenLine(
                                        instant(row, "expires_at"),
                                        new Recorded.Line(
                                                row.getString("from_row"),
                                                row.getString("to_row"),
                                                money(row),
                                                row.getString("rule"))))
                        .list();
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new OpenHold(
                        id,
                        lines.getFirst().expiresAt(),
                        lines.stream().map(OpenLine::line).toList()));
    }

    private record OpenLine(@Nullable Instant expiresAt, Recorded.Line line) {}

    List<UUID> expiredHolds(Handle handle, Instant now, int limit) {
        return handle.createQuery(
                        """
                        SELECT transfer_id FROM ledger_open_holds
                         WHERE expires_at <= :now
                         ORDER BY expires_at
                         LIMIT :limit
                        """)
                .bind("now", utc(now))
                .bind("limit", limit)
                .mapTo(UUID.class)
                .list();
    }

    // ------------------------------------------------------------------ statements

    List<Entry> entries(
            Handle handle,
            Collection<String> addresses,
            @Nullable UUID cursorTransfer,
            int cursorPosting,
            int cursorSide,
            int limit) {
        return handle.createQuery(
                        """
                        WITH cursor AS (
                            SELECT coalesce((SELECT id FROM ledger_postings
                                              WHERE transfer_id = :cursorTransfer
                                                AND n = :cursorPosting),
                                            9223372036854775807) AS id
                        )
                        SELECT e.id, e.side, e.n, e.amount, e.balance, t.id AS transfer_id, t.at,
                               t.kind, t.explains_type, t.explains_id, a.address, a.asset, s.scale
                          FROM ledger_accounts a
                          JOIN ledger_assets s ON s.code = a.asset
                         CROSS JOIN LATERAL (
                            (SELECT p.id, 0 AS side, p.n, p.transfer_id, -p.amount AS amount,
                                    p.from_balance AS balance
                               FROM ledger_postings p, cursor
                              WHERE p.from_account = a.id AND NOT p.pending AND p.id <= cursor.id
                              ORDER BY p.id DESC LIMIT :limit + 1)
                             UNION ALL
                            (SELECT p.id, 1 AS side, p.n, p.transfer_id, p.amount, p.to_balance
                               FROM ledger_postings p, cursor
                              WHERE p.to_account = a.id AND NOT p.pending AND p.id <= cursor.id
                              ORDER BY p.id DESC LIMIT :limit + 1)) e
                          JOIN ledger_transfers t ON t.id = e.transfer_id, cursor
                         WHERE a.address = ANY (:addresses)
                           AND (e.id < cursor.id OR e.side < :cursorSide)
                         ORDER BY e.id DESC, e.side DESC
                         LIMIT :limit
                        """)
                .bindArray("addresses", String.class, addresses)
                .bindByType("cursorTransfer", cursorTransfer, UUID.class)
                .bind("cursorPosting", cursorPosting)
                .bind("cursorSide", cursorSide)
                .bind("limit", limit)
                .map((row, context) ->
                        new Entry(
                                EntryId.write(
                                        uuid(row, "transfer_id"),
                                        row.getInt("n"),
                                        row.getInt("side")),
                                requireInstant(row, "at"),
                                row.getString("kind"),
                                row.getString("address"),
                                money(row),
                                new Money(row.getLong("balance"), asset(row)),
                                new Explains(
                                        row.getString("explains_type"),
                                        row.getString("explains_id"))))
                .list();
    }

    // ------------------------------------------------------------------ epochs

    int currentEpoch(Handle handle) {
        return handle.createQuery("SELECT coalesce(max(epoch), 0) FROM ledger_epochs")
                .mapTo(Integer.class)
                .one();
    }

    /** Whether rows of the epoch bear transaction numbers this server has not reached. */
    boolean cameFromElsewhere(Handle handle, int epoch) {
        return handle.createQuery(
                        """
                        SELECT coalesce(
                            (SELECT xid >= pg_snapshot_xmax(pg_current_snapshot())
                               FROM ledger_transfers WHERE epoch = :epoch
                              ORDER BY epoch DESC, xid DESC LIMIT 1), false)
                            OR coalesce(
                            (SELECT upto_xid > pg_snapshot_xmax(pg_current_snapshot())
                               FROM ledger_checkpoints WHERE epoch = :epoch
                              ORDER BY n DESC LIMIT 1), false)
                        """)
                .bind("epoch", epoch)
                .mapTo(Boolean.class)
                .one();
    }

    void beginEpoch(Handle handle, int epoch, Instant at) {
        handle.createUpdate(
                        """
                        INSERT INTO ledger_epochs (epoch, started_at) VALUES (:epoch, :at)
                            ON CONFLICT DO NOTHING
                        """)
                .bind("epoch", epoch)
                .bind("at", utc(at))
                .execute();
    }

    void lockEpochs(Handle handle) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtext('minga.ledger.epochs'))");
    }

    // ------------------------------------------------------------------ columns

    private static final String SELECT_TRANSFERS =
            """
            SELECT t.id, t.kind, t.phase, t.target, t.explains_type, t.explains_id, t.at,
                   t.input_hash, p.n, f.address AS from_row, d.address AS to_row, p.amount,
                   f.asset, s.scale, p.rule
              FROM ledger_transfers t
              LEFT JOIN ledger_postings p ON p.transfer_id = t.id
              LEFT JOIN ledger_accounts f ON f.id = p.from_account
              LEFT JOIN ledger_accounts d ON d.id = p.to_account
              LEFT JOIN ledger_assets s ON s.code = f.asset
            """;

    private record KnownLine(Recorded head, byte[] inputHash, Recorded.@Nullable Line line) {}

    private static KnownLine line(ResultSet row) throws SQLException {
        Recorded head =
                new Recorded(
                        uuid(row, "id"),
                        row.getString("kind"),
                        Phase.of(row.getString("phase")),
                        row.getObject("target", UUID.class),
                        new Explains(row.getString("explains_type"), row.getString("explains_id")),
                        requireInstant(row, "at"),
                        List.of());
        Recorded.Line line =
                row.getString("from_row") == null
                        ? null
                        : new Recorded.Line(
                                row.getString("from_row"),
                                row.getString("to_row"),
                                money(row),
                                row.getString("rule"));
        return new KnownLine(head, row.getBytes("input_hash"), line);
    }

    private static List<Known> known(ResultIterable<KnownLine> rows) {
        Map<UUID, List<KnownLine>> byId = new LinkedHashMap<>();
        rows.forEach(
                row -> byId.computeIfAbsent(row.head().id(), id -> new ArrayList<>()).add(row));
        List<Known> known = new ArrayList<>();
        for (List<KnownLine> lines : byId.values()) {
            Recorded head = lines.getFirst().head();
            List<Recorded.Line> postings = new ArrayList<>();
            for (KnownLine line : lines) {
                if (line.line() != null) {
                    postings.add(line.line());
                }
            }
            known.add(
                    new Known(
                            new Recorded(
                                    head.id(),
                                    head.kind(),
                                    head.phase(),
                                    head.target(),
                                    head.explains(),
                                    head.at(),
                                    postings),
                            lines.getFirst().inputHash()));
        }
        return known;
    }

    private static final class TransferColumns {
        private final List<UUID> ids = new ArrayList<>();
        private final List<String> kinds = new ArrayList<>();
        private final List<String> phases = new ArrayList<>();
        private final List<@Nullable UUID> targets = new ArrayList<>();
        private final List<String> types = new ArrayList<>();
        private final List<String> explained = new ArrayList<>();
        private final List<String> hashes = new ArrayList<>();
        private final List<String> digests = new ArrayList<>();
        private final List<@Nullable String> expiries = new ArrayList<>();

        void add(LockedRows.Ready one) {
            Draft draft = one.draft();
            ids.add(draft.id());
            kinds.add(draft.kind());
            phases.add(draft.phase().id());
            targets.add(draft.target());
            types.add(draft.explains().type());
            explained.add(draft.explains().id());
            hashes.add(HexFormat.of().formatHex(draft.inputHash()));
            digests.add(HexFormat.of().formatHex(one.digest()));
            expiries.add(draft.expiresAt() == null ? null : draft.expiresAt().toString());
        }

        void bind(SqlStatement<?> query) {
            query.bindArray("ids", UUID.class, ids)
                    .bindArray("kinds", String.class, kinds)
                    .bindArray("phases", String.class, phases)
                    .bindArray("targets", UUID.class, targets)
                    .bindArray("types", String.class, types)
                    .bindArray("explained", String.class, explained)
                    .bindArray("hashes", String.class, hashes)
                    .bindArray("digests", String.class, digests)
                    .bindArray("expiries", String.class, expiries);
        }
    }

    private static final class PostingColumns {
        private final List<UUID> transfers = new ArrayList<>();
        private final List<Integer> ns = new ArrayList<>();
        private final List<Long> froms = new ArrayList<>();
        private final List<Long> tos = new ArrayList<>();
        private final List<Long> amounts = new ArrayList<>();
        private final List<Boolean> pendings = new ArrayList<>();
        private final List<String> rules = new ArrayList<>();
        private final List<@Nullable Long> fromEntries = new ArrayList<>();
        private final List<@Nullable Long> toEntries = new ArrayList<>();
        private final List<@Nullable Long> fromBalances = new ArrayList<>();
        private final List<@Nullable Long> toBalances = new ArrayList<>();

        void add(UUID transfer, LockedRows.Leg leg) {
            transfers.add(transfer);
            ns.add(leg.n());
            froms.add(leg.from().id);
            tos.add(leg.to().id);
            amounts.add(leg.amount());
            pendings.add(leg.pending());
            rules.add(leg.rule());
            fromEntries.add(leg.fromEntry());
            toEntries.add(leg.toEntry());
            fromBalances.add(leg.fromBalance());
            toBalances.add(leg.toBalance());
        }

        void bind(SqlStatement<?> query) {
            query.bindArray("transfers", UUID.class, transfers)
                    .bindArray("ns", Integer.class, ns)
                    .bindArray("froms", Long.class, froms)
                    .bindArray("tos", Long.class, tos)
                    .bindArray("amounts", Long.class, amounts)
                    .bindArray("pendings", Boolean.class, pendings)
                    .bindArray("rules", String.class, rules)
                    .bindArray("fromEntries", Long.class, fromEntries)
                    .bindArray("toEntries", Long.class, toEntries)
                    .bindArray("fromBalances", Long.class, fromBalances)
                    .bindArray("toBalances", Long.class, toBalances);
        }
    }

    private static void bindRows(SqlStatement<?> query, Collection<LockedRows.Row> rows) {
        query.bindArray("accounts", Long.class, rows.stream().map(row -> row.id).toList())
                .bindArray(
                        "postedDebits", Long.class, rows.stream().map(r -> r.postedDebit).toList())
                .bindArray(
                        "postedCredits",
                        Long.class,
                        rows.stream().map(r -> r.postedCredit).toList())
                .bindArray("heldDebits", Long.class, rows.stream().map(r -> r.heldDebit).toList())
                .bindArray("heldCredits", Long.class, rows.stream().map(r -> r.heldCredit).toList())
                .bindArray("entries", Long.class, rows.stream().map(r -> r.entries).toList());
    }

    private static Asset asset(ResultSet row) throws SQLException {
        return new Asset(row.getString("asset"), row.getInt("scale"));
    }

    private static Money money(ResultSet row) throws SQLException {
        return new Money(row.getLong("amount"), asset(row));
    }

    static UUID uuid(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    static Instant requireInstant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
