package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.TeamId;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of what teams decided about their spending. */
final class SpendingStore {

    /** A team's spending in one asset. */
    record Spender(TeamId team, Asset asset) {}

    /** Who has something that costs by itself. */
    List<Spender> spenders(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT DISTINCT s.team_id, s.asset, a.scale
                          FROM subscriptions s JOIN ledger_assets a ON a.code = s.asset
                         WHERE s.state IN ('active', 'past_due') AND s.ended_at IS NULL
                         UNION
                        SELECT b.team_id, b.asset, a.scale
                          FROM billing_accounts b JOIN ledger_assets a ON a.code = b.asset
                         WHERE b.topup_minor IS NOT NULL
                        """)
                .map((row, context) ->
                        new Spender(new TeamId(row.getObject("team_id", UUID.class)), asset(row)))
                .list();
    }

    /** The instances of a team that are paid for now. */
    List<InstanceId> running(Handle handle, TeamId team) {
        return handle.createQuery(
                        """
                        SELECT instance_id FROM subscriptions
                         WHERE team_id = :team AND state IN ('active', 'past_due')
                           AND ended_at IS NULL
                         ORDER BY id
                        """)
                .bind("team", team)
                .map((row, context) -> new InstanceId(row.getObject("instance_id", UUID.class)))
                .list();
    }

    /** Charged less given back, of what began since a moment. */
    Money spent(Handle handle, TeamId team, Asset asset, Instant since) {
        long minor =
                handle.createQuery(
                                """
                                SELECT coalesce(sum(u.amount_minor - u.refunded_minor), 0)::bigint
                                  FROM usage_spans u
                                  JOIN subscriptions s ON s.id = u.subscription_id
                                 WHERE s.team_id = :team AND s.asset = :asset
                                   AND u.span_from >= :since
                                """)
                        .bind("team", team)
                        .bind("asset", asset.code())
                        .bind("since", since.atOffset(ZoneOffset.UTC))
                        .mapTo(Long.class)
                        .one();
        return new Money(minor, asset);
    }

    Optional<SpendingRules> find(Handle handle, TeamId team, Asset asset) {
        return handle.createQuery(
                        """
                        SELECT b.account_id, b.asset, a.scale, b.cap_minor, b.topup_below_minor,
                               b.topup_minor, b.topup_armed, b.topup_count, b.version
                          FROM billing_accounts b JOIN ledger_assets a ON a.code = b.asset
                         WHERE b.team_id = :team AND b.asset = :asset
                        """)
                .bind("team", team)
                .bind("asset", asset.code())
                .map((row, context) -> rules(row))
                .findOne();
    }

    void save(Handle handle, TeamId team, AccountId account, SpendingRules rules) {
        handle.createUpdate(
                        """
                        INSERT INTO billing_accounts AS b
                               (team_id, asset, account_id, cap_minor, topup_below_minor,
                                topup_minor)
                        VALUES (:team, :asset, :account, :cap, :below, :topup)
                            ON CONFLICT (team_id, asset) DO UPDATE
                           SET account_id = excluded.account_id, cap_minor = excluded.cap_minor,
                               topup_below_minor = excluded.topup_below_minor,
                               topup_minor = excluded.topup_minor, topup_armed = true,
                               version = b.version + 1
                        """)
                .bind("team", team)
                .bind("asset", rules.asset().code())
                .bind("account", account)
                .bindByType("cap", minor(rules.cap()), Long.class)
                .bindByType("below", minor(rules.topUpBelow()), Long.class)
                .bindByType("topup", minor(rules.topUp()), Long.class)
                .execute();
    }

    /**
     * Takes the one shot of a crossing, or loads it again.
     *
     * @return whether it stood the other way before
     */
    boolean arm(Handle handle, TeamId team, Asset asset, boolean armed) {
        return handle.createUpdate(
                                """
                                UPDATE billing_accounts
                                   SET topup_armed = :armed,
                                       topup_count = topup_count + CASE WHEN :armed THEN 0 ELSE 1 END
                                 WHERE team_id = :team AND asset = :asset
                                   AND topup_armed <> :armed
                                """)
                        .bind("team", team)
                        .bind("asset", asset.code())
                        .bind("armed", armed)
                        .execute()
                == 1;
    }

    /**
     * Notes that a team was told how many days are left.
     *
     * @return whether it was not told so much, or worse, before
     */
    boolean alerted(Handle handle, TeamId team, Asset asset, int days, Instant at) {
        return handle.createUpdate(
                                """
                                INSERT INTO runway_alerts AS r (team_id, asset, days, at)
                                VALUES (:team, :asset, :days, :at)
                                    ON CONFLICT (team_id, asset) DO UPDATE
                                   SET days = excluded.days, at = excluded.at
                                 WHERE r.days > excluded.days
                                """)
                        .bind("team", team)
                        .bind("asset", asset.code())
                        .bind("days", days)
                        .bind("at", at.atOffset(ZoneOffset.UTC))
                        .execute()
                == 1;
    }

    /** There is more again than some days: what was told of less is forgotten. */
    void recovered(Handle handle, TeamId team, Asset asset, long days) {
        handle.createUpdate(
                        """
                        DELETE FROM runway_alerts
                         WHERE team_id = :team AND asset = :asset AND days < :days
                        """)
                .bind("team", team)
                .bind("asset", asset.code())
                .bind("days", days)
                .execute();
    }

    Optional<Asset> asset(Handle handle, String code) {
        return handle.createQuery(
                        "SELECT code AS asset, scale FROM ledger_assets WHERE code = :code")
                .bind("code", code)
                .map((row, context) -> asset(row))
                .findOne();
    }

    private static SpendingRules rules(ResultSet row) throws SQLException {
        Asset asset = asset(row);
        return new SpendingRules(
                asset,
                money(row.getObject("cap_minor", Long.class), asset),
                money(row.getObject("topup_below_minor", Long.class), asset),
                money(row.getObject("topup_minor", Long.class), asset),
                new AccountId(row.getObject("account_id", UUID.class)),
                row.getLong("topup_count"),
                row.getLong("version"));
    }

    private static Asset asset(ResultSet row) throws SQLException {
        return new Asset(row.getString("asset"), row.getInt("scale"));
    }

    private static @Nullable Money money(@Nullable Long minor, Asset asset) {
        return minor == null ? null : new Money(minor, asset);
    }

    private static @Nullable Long minor(@Nullable Money money) {
        return money == null ? null : money.minor();
    }
}
