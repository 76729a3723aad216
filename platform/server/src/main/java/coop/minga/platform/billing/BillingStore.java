package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.http.Json;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** The SQL of subscriptions and spans. */
final class BillingStore {

    private static final String SELECT =
            """
            SELECT s.id, s.team_id, s.account_id, s.order_id, s.instance_id, s.plan_id,
                   s.component, s.asset, a.scale, s.price_minor, s.refund_rule, s.split_rule,
                   s.split_version, s.state, s.reason, s.version, s.hold_id, s.metered_from,
                   s.expires_at, s.activated_at, s.ended_at
              FROM subscriptions s JOIN ledger_assets a ON a.code = s.asset
            """;

    void insert(Handle handle, List<Subscription> subscriptions, Instant at) {
        PreparedBatch batch =
                handle.prepareBatch(
                        """
                        INSERT INTO subscriptions
                               (id, team_id, account_id, order_id, instance_id, plan_id, component,
                                asset, price_minor, refund_rule, split_rule, split_version, state,
                                reason, version, hold_id, created_at)
                        VALUES (:id, :team, :account, :order, :instance, :plan, :component, :asset,
                                :price, :refundRule, :splitRule, :splitVersion, :state, :reason, 1,
                                :hold, :at)
                        """);
        for (Subscription s : subscriptions) {
            batch.bind("id", s.id())
                    .bind("team", s.team())
                    .bind("account", s.account())
                    .bind("order", s.order())
                    .bind("instance", s.instance())
                    .bind("plan", s.plan())
                    .bind("component", s.component().code())
                    .bind("asset", s.price().asset().code())
                    .bind("price", s.price().minor())
                    .bind("refundRule", s.refundRule().id())
                    .bind("splitRule", s.splitRule())
                    .bind("splitVersion", s.splitVersion())
                    .bind("state", s.state().id())
                    .bind("reason", s.reason())
                    .bindByType("hold", s.holdId(), UUID.class)
                    .bind("at", utc(at))
                    .add();
        }
        batch.execute();
    }

    Optional<Subscription> lock(Handle handle, SubscriptionId id) {
        return handle.createQuery(SELECT + " WHERE s.id = :id FOR UPDATE OF s")
                .bind("id", id)
                .map((row, context) -> subscription(row))
                .findOne();
    }

    List<Subscription> ofInstances(Handle handle, Collection<InstanceId> instances) {
        return handle.createQuery(SELECT + " WHERE s.instance_id = ANY (:instances)")
                .bindArray(
                        "instances", UUID.class, instances.stream().map(InstanceId::value).toList())
                .map((row, context) -> subscription(row))
                .list();
    }

    /**
     * Writes a change.
     *
     * @return whether nobody else changed it since it was read
     */
    boolean update(Handle handle, Subscription s) {
        return handle.createUpdate(
                                """
                                UPDATE subscriptions
                                   SET state = :state, reason = :reason, version = version + 1,
                                       hold_id = :hold, metered_from = :meteredFrom,
                                       expires_at = :expiresAt, activated_at = :activatedAt,
                                       ended_at = :endedAt
                                 WHERE id = :id AND version = :version
                                """)
                        .bind("id", s.id())
                        .bind("version", s.version())
                        .bind("state", s.state().id())
                        .bind("reason", s.reason())
                        .bindByType("hold", s.holdId(), UUID.class)
                        .bindByType("meteredFrom", utc(s.meteredFrom()), OffsetDateTime.class)
                        .bindByType("expiresAt", utc(s.expiresAt()), OffsetDateTime.class)
                        .bindByType("activatedAt", utc(s.activatedAt()), OffsetDateTime.class)
                        .bindByType("endedAt", utc(s.endedAt()), OffsetDateTime.class)
                        .execute()
                == 1;
    }

    /** Active subscriptions whose time has come, for when their own job was lost. */
    List<SubscriptionId> overdue(Handle handle, Instant now, int limit) {
        return handle.createQuery(
                        """
                        SELECT id FROM subscriptions
                         WHERE state = 'active'
                           AND (expires_at <= :now
                                OR metered_from <= :now::timestamptz - interval '1 hour')
                         ORDER BY coalesce(expires_at, metered_from)
                         LIMIT :limit
                        """)
                .bind("now", utc(now))
                .bind("limit", limit)
                .map((row, context) -> new SubscriptionId(row.getObject("id", UUID.class)))
                .list();
    }

    void insertSpan(Handle handle, Subscription s, UsageSpan span) {
        handle.createUpdate(
                        """
                        INSERT INTO usage_spans
                               (id, subscription_id, component, span, price_minor, amount_minor,
                                transfer_id)
                        VALUES (:id, :subscription, :component, tstzrange(:from, :to, '[)'), :price,
                                :amount, :transfer)
                        """)
                .bind("id", span.id())
                .bind("subscription", s.id())
                .bind("component", s.component().code())
                .bind("from", utc(span.from()))
                .bind("to", utc(span.to()))
                .bind("price", s.price().minor())
                .bind("amount", span.amount().minor())
                .bindByType("transfer", span.transfer(), UUID.class)
                .execute();
    }

    List<UsageSpan> spans(Handle handle, Subscription s) {
        return handle.createQuery(
                        """
                        SELECT id, span_from, span_to, amount_minor, refunded_minor, transfer_id
                          FROM usage_spans WHERE subscription_id = :id
                         ORDER BY span_from
                        """)
                .bind("id", s.id())
                .map((row, context) ->
                        new UsageSpan(
                                row.getObject("id", UUID.class),
                                requireInstant(row, "span_from"),
                                requireInstant(row, "span_to"),
                                new Money(row.getLong("amount_minor"), s.price().asset()),
                                new Money(row.getLong("refunded_minor"), s.price().asset()),
                                row.getObject("transfer_id", UUID.class)))
                .list();
    }

    void refunded(Handle handle, UsageSpan span, Money more) {
        handle.createUpdate(
                        """
                        UPDATE usage_spans SET refunded_minor = refunded_minor + :more
                         WHERE id = :id
                        """)
                .bind("id", span.id())
                .bind("more", more.minor())
                .execute();
    }

    /** Charged less refunded, in minor units. */
    long charged(Handle handle, SubscriptionId id) {
        return handle.createQuery(
                        """
                        SELECT coalesce(sum(amount_minor - refunded_minor), 0)::bigint
                          FROM usage_spans WHERE subscription_id = :id
                        """)
                .bind("id", id)
                .mapTo(Long.class)
                .one();
    }

    Optional<Instant> chargedUntil(Handle handle, SubscriptionId id) {
        return handle.createQuery(
                        """
                        SELECT span_to FROM usage_spans WHERE subscription_id = :id
                         ORDER BY span_to DESC LIMIT 1
                        """)
                .bind("id", id)
                .map((row, context) -> requireInstant(row, "span_to"))
                .findOne();
    }

    /** The rule that applies to what begins now. */
    SplitRule currentSplit(Handle handle, Instant at) {
        return handle.createQuery(
                        """
                        SELECT name, version, parts FROM split_rules
                         WHERE name = 'standard' AND valid_from <= :at
                         ORDER BY version DESC LIMIT 1
                        """)
                .bind("at", utc(at))
                .map((row, context) -> split(row))
                .one();
    }

    SplitRule split(Handle handle, String name, int version) {
        return handle.createQuery(
                        """
                        SELECT name, version, parts FROM split_rules
                         WHERE name = :name AND version = :version
                        """)
                .bind("name", name)
                .bind("version", version)
                .map((row, context) -> split(row))
                .one();
    }

    private static SplitRule split(ResultSet row) throws SQLException {
        return new SplitRule(
                row.getString("name"),
                row.getInt("version"),
                Arrays.asList(Json.read(row.getString("parts"), SplitRule.Part[].class)));
    }

    private static Subscription subscription(ResultSet row) throws SQLException {
        Asset asset = new Asset(row.getString("asset"), row.getInt("scale"));
        return new Subscription(
                new SubscriptionId(row.getObject("id", UUID.class)),
                new TeamId(row.getObject("team_id", UUID.class)),
                new AccountId(row.getObject("account_id", UUID.class)),
                new OrderId(row.getObject("order_id", UUID.class)),
                new InstanceId(row.getObject("instance_id", UUID.class)),
                new PlanId(row.getObject("plan_id", UUID.class)),
                PriceComponent.parse(row.getString("component")).orElseThrow(),
                new Money(row.getLong("price_minor"), asset),
                RefundRule.valueOf(row.getString("refund_rule").toUpperCase(Locale.ROOT)),
                row.getString("split_rule"),
                row.getInt("split_version"),
                SubscriptionState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getString("reason"),
                row.getInt("version"),
                row.getObject("hold_id", UUID.class),
                instant(row, "metered_from"),
                instant(row, "expires_at"),
                instant(row, "activated_at"),
                instant(row, "ended_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private static Instant requireInstant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
