package coop.minga.platform.wallet;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Cursor;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The wallet's SQL beside the ledger's. */
final class WalletStore {

    /** What cannot be in the database is not looked for there: it may not even be valid text. */
    private static final Pattern ASSET = Pattern.compile("[A-Z][A-Z0-9]{1,9}");

    List<Asset> moneyAssets(Handle handle, TeamId team) {
        return handle.createQuery(
                        """
                        SELECT s.code, s.scale
                          FROM ledger_accounts a JOIN ledger_assets s ON s.code = a.asset
                         WHERE a.address >= :from AND a.address < :upto
                         ORDER BY s.code
                        """)
                .bind("from", "team/" + team + "/balance/")
                .bind("upto", "team/" + team + "/balance0")
                .map((row, context) -> new Asset(row.getString("code"), row.getInt("scale")))
                .list();
    }

    Optional<Asset> asset(Handle handle, String code) {
        if (!ASSET.matcher(code).matches()) {
            return Optional.empty();
        }
        return handle.createQuery("SELECT code, scale FROM ledger_assets WHERE code = :code")
                .bind("code", code)
                .map((row, context) -> new Asset(row.getString("code"), row.getInt("scale")))
                .findOne();
    }

    // ------------------------------------------------------------------ gift codes

    private static final String SELECT_CODES =
            """
            SELECT g.id, g.code, g.asset, s.scale, g.bucket, g.amount_minor, g.max_uses, g.uses,
                   g.expires_at, g.active, g.note, g.created_at
              FROM gift_codes g JOIN ledger_assets s ON s.code = g.asset
            """;

    /** False when the code is taken. */
    boolean insertCode(Handle handle, GiftCode code, AccountId creator) {
        return handle.createUpdate(
                                """
                                INSERT INTO gift_codes
                                       (id, code, asset, bucket, amount_minor, max_uses, expires_at,
                                        active, note, created_by, created_at)
                                VALUES (:id, :code, :asset, :bucket, :amount, :uses, :expiresAt,
                                        :active, :note, :creator, :at)
                                    ON CONFLICT (code) DO NOTHING
                                """)
                        .bind("id", code.id())
                        .bind("code", code.code())
                        .bind("asset", code.amount().asset().code())
                        .bind("bucket", code.bucket().id())
                        .bind("amount", code.amount().minor())
                        .bind("uses", code.uses())
                        .bindByType("expiresAt", utc(code.expiresAt()), OffsetDateTime.class)
                        .bind("active", code.active())
                        .bind("note", code.note())
                        .bind("creator", creator)
                        .bind("at", utc(code.createdAt()))
                        .execute()
                == 1;
    }

    List<GiftCode> codes(Handle handle, Cursor after, int limit) {
        return handle.createQuery(
                        SELECT_CODES
                                + """
                                 WHERE (g.created_at, g.id) < (:at, :id)
                                 ORDER BY g.created_at DESC, g.id DESC
                                 LIMIT :limit
                                """)
                .bind("at", utc(after.at()))
                .bind("id", after.id())
                .bind("limit", limit)
                .map((row, context) -> code(row))
                .list();
    }

    Optional<GiftCode> code(Handle handle, String code) {
        return handle.createQuery(SELECT_CODES + " WHERE g.code = :code")
                .bind("code", code)
                .map((row, context) -> code(row))
                .findOne();
    }

    Optional<GiftCode> code(Handle handle, GiftCodeId id) {
        return handle.createQuery(SELECT_CODES + " WHERE g.id = :id")
                .bind("id", id)
                .map((row, context) -> code(row))
                .findOne();
    }

    /** Counts a use if there is one left; the row stays locked until the transaction ends. */
    boolean use(Handle handle, GiftCodeId id, Instant now) {
        return handle.createUpdate(
                                """
                                UPDATE gift_codes SET uses = uses + 1
                                 WHERE id = :id AND uses < max_uses AND active
                                   AND (expires_at IS NULL OR expires_at > :now)
                                """)
                        .bind("id", id)
                        .bind("now", utc(now))
                        .execute()
                == 1;
    }

    boolean isRedeemed(Handle handle, GiftCodeId id, TeamId team) {
        return handle.createQuery(
                        """
                        SELECT 1 FROM gift_redemptions WHERE code_id = :id AND team_id = :team
                        """)
                .bind("id", id)
                .bind("team", team)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    void insertRedemption(
            Handle handle,
            GiftCodeId id,
            TeamId team,
            AccountId account,
            UUID transfer,
            Instant at) {
        handle.createUpdate(
                        """
                        INSERT INTO gift_redemptions (code_id, team_id, account_id, transfer_id, at)
                        VALUES (:id, :team, :account, :transfer, :at)
                        """)
                .bind("id", id)
                .bind("team", team)
                .bind("account", account)
                .bind("transfer", transfer)
                .bind("at", utc(at))
                .execute();
    }

    boolean deactivate(Handle handle, GiftCodeId id) {
        return handle.createUpdate("UPDATE gift_codes SET active = false WHERE id = :id AND active")
                        .bind("id", id)
                        .execute()
                == 1;
    }

    private static GiftCode code(ResultSet row) throws SQLException {
        return new GiftCode(
                new GiftCodeId(row.getObject("id", UUID.class)),
                row.getString("code"),
                new Money(
                        row.getLong("amount_minor"),
                        new Asset(row.getString("asset"), row.getInt("scale"))),
                Bucket.valueOf(row.getString("bucket").toUpperCase(Locale.ROOT)),
                row.getInt("max_uses"),
                row.getInt("uses"),
                instant(row, "expires_at"),
                row.getBoolean("active"),
                row.getString("note"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    // ------------------------------------------------------------------ adjustments

    /** A change by hand. */
    record Adjustment(
            UUID id,
            TeamId team,
            AccountId account,
            AccountId actor,
            String asset,
            String op,
            long amount,
            long change,
            String reason,
            @Nullable UUID transfer,
            Instant at) {}

    void insertAdjustment(Handle handle, Adjustment a) {
        handle.createUpdate(
                        """
                        INSERT INTO wallet_adjustments
                               (id, team_id, account_id, actor_id, asset, op, amount_minor,
                                change_minor, reason, transfer_id, at)
                        VALUES (:id, :team, :account, :actor, :asset, :op, :amount, :change, :reason,
                                :transfer, :at)
                        """)
                .bind("id", a.id())
                .bind("team", a.team())
                .bind("account", a.account())
                .bind("actor", a.actor())
                .bind("asset", a.asset())
                .bind("op", a.op())
                .bind("amount", a.amount())
                .bind("change", a.change())
                .bind("reason", a.reason())
                .bindByType("transfer", a.transfer(), UUID.class)
                .bind("at", utc(a.at()))
                .execute();
    }

    /** The reasons of adjustments by their id. */
    Map<UUID, String> reasons(Handle handle, Collection<UUID> adjustments) {
        Map<UUID, String> reasons = new LinkedHashMap<>();
        handle.createQuery("SELECT id, reason FROM wallet_adjustments WHERE id = ANY (:ids)")
                .bindArray("ids", UUID.class, adjustments)
                .map((row, context) ->
                        Map.entry(row.getObject("id", UUID.class), row.getString("reason")))
                .forEach(entry -> reasons.put(entry.getKey(), entry.getValue()));
        return reasons;
    }

    // ------------------------------------------------------------------ grants that end

    void insertGrant(Handle handle, WalletService.Gift gift, Instant at) {
        handle.createUpdate(
                        """
                        INSERT INTO coin_grants
                               (transfer_id, team_id, bucket, amount_minor, granted_at, expires_at)
                        VALUES (:transfer, :team, :bucket, :amount, :at, :expiresAt)
                            ON CONFLICT DO NOTHING
                        """)
                .bind("transfer", gift.id())
                .bind("team", gift.team())
                .bind("bucket", gift.bucket().id())
                .bind("amount", gift.amount().minor())
                .bind("at", utc(at))
                .bindByType("expiresAt", utc(gift.expiresAt()), OffsetDateTime.class)
                .execute();
    }

    /** Grants of one bucket whose time is over, summed. */
    record Ended(TeamId team, Bucket bucket, long amount) {}

    List<Ended> endedGrants(Handle handle, Instant now, int limit) {
        return handle.createQuery(
                        """
                        SELECT team_id, bucket, sum(amount_minor)::bigint AS amount
                          FROM coin_grants
                         WHERE expires_at <= :now AND NOT expired
                         GROUP BY team_id, bucket
                         ORDER BY team_id, bucket
                         LIMIT :limit
                        """)
                .bind("now", utc(now))
                .bind("limit", limit)
                .map((row, context) ->
                        new Ended(
                                new TeamId(row.getObject("team_id", UUID.class)),
                                Bucket.valueOf(row.getString("bucket").toUpperCase(Locale.ROOT)),
                                row.getLong("amount")))
                .list();
    }

    /** What was granted to a bucket and may still be there. */
    long unendedGrants(Handle handle, TeamId team, Bucket bucket, Instant now) {
        return handle.createQuery(
                        """
                        SELECT coalesce(sum(amount_minor), 0)::bigint FROM coin_grants
                         WHERE team_id = :team AND bucket = :bucket AND NOT expired
                           AND (expires_at IS NULL OR expires_at > :now)
                        """)
                .bind("team", team)
                .bind("bucket", bucket.id())
                .bind("now", utc(now))
                .mapTo(Long.class)
                .one();
    }

    void markEnded(Handle handle, Ended ended, Instant now) {
        handle.createUpdate(
                        """
                        UPDATE coin_grants SET expired = true
                         WHERE team_id = :team AND bucket = :bucket AND expires_at <= :now
                           AND NOT expired
                        """)
                .bind("team", ended.team())
                .bind("bucket", ended.bucket().id())
                .bind("now", utc(now))
                .execute();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
