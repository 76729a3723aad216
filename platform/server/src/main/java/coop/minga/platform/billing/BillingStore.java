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
import java.time.ZoneId;
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
                   s.component, s.asset, a.scale, s.price_minor, s.setup_minor, s.refund_rule,
                   s.split_rule, s.split_version, s.zone, s.terms_at, s.state, s.reason, s.version,
                   s.hold_id, s.setup_hold_id, s.metered_from, s.anchor_at, s.expires_at,
                   s.activated_at, s.ended_at, s.due_since, s.attempts, s.next_at
              FROM subscriptions s JOIN ledger_assets a ON a.code = s.asset
            """;

    void insert(Handle handle, List<Subscription> subscriptions, Instant at) {
        PreparedBatch batch =
                handle.prepareBatch(
                        """
                        INSERT INTO subscriptions
                               (id, team_id, account_id, order_id, instance_id, plan_id, component,
                                asset, price_minor, setup_minor, refund_rule, split_rule,
                                split_version, zone, terms_at, state, reason, version, hold_id,
                                setup_hold_id, created_at)
                        VALUES (:id, :team, :account, :order, :instance, :plan, :component, :asset,
                                :price, :setup, :refundRule, :splitRule, :splitVersion, :zone,
                                :termsAt, :state, :reason, 1, :hold, :setupHold, :at)
                        """);
        for (Subscription s : subscriptions) {
            batch.bind("id", s.id())
                    .bind("team", s.team())
                    .bind("account", s.account())
                    .bind("order", s.order())
                    .bind("instance", s.instance())
                    .bind("plan", s.terms().plan())
                    .bind("component", s.component().code())
                    .bind("asset", s.price().asset().code())
                    .bind("price", s.price().minor())
                    .bind("setup", s.terms().setup().minor())
                    .bind("refundRule", s.terms().refundRule().id())
                    .bind("splitRule", s.terms().splitRule())
                    .bind("splitVersion", s.terms().splitVersion())
                    .bind("zone", s.terms().zone().getId())
                    .bind("termsAt", utc(s.terms().since()))
                    .bind("state", s.state().id())
                    .bind("reason", s.reason())
                    .bindByType("hold", s.holdId(), UUID.class)
                    .bindByType("setupHold", s.course().setupHoldId(), UUID.class)
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
                                   SET plan_id = :plan, component = :component,
                                       price_minor = :price, refund_rule = :refundRule,
                                       split_rule = :splitRule, split_version = :splitVersion,
                                       terms_at = :termsAt,
                                       state = :state, reason = :reason, version = version + 1,
                                       hold_id = :hold, setup_hold_id = :setupHold,
                                       metered_from = :meteredFrom, anchor_at = :anchorAt,
                                       expires_at = :expiresAt, activated_at = :activatedAt,
                                       ended_at = :endedAt, due_since = :dueSince,
                                       attempts = :attempts, next_at = :nextAt
                                 WHERE id = :id AND version = :version
                                """)
                        .bind("id", s.id())
                        .bind("version", s.version())
                        .bind("plan", s.terms().plan())
                        .bind("component", s.component().code())
                        .bind("price", s.price().minor())
                        .bind("refundRule", s.terms().refundRule().id())
                        .bind("splitRule", s.terms().splitRule())
                        .bind("splitVersion", s.terms().splitVersion())
                        .bind("termsAt", utc(s.terms().since()))
                        .bind("state", s.state().id())
                        .bind("reason", s.reason())
                        .bindByType("hold", s.holdId(), UUID.class)
                        .bindByType("setupHold", s.course().setupHoldId(), UUID.class)
                        .bindByType("anchorAt", utc(s.course().anchorAt()), OffsetDateTime.class)
                        .bindByType("meteredFrom", utc(s.meteredFrom()), OffsetDateTime.class)
                        .bindByType("expiresAt", utc(s.expiresAt()), OffsetDateTime.class)
                        .bindByType(
                                "activatedAt", utc(s.course().activatedAt()), OffsetDateTime.class)
                        .bindByType("endedAt", utc(s.endedAt()), OffsetDateTime.class)
                        .bindByType("dueSince", utc(s.dunning().since()), OffsetDateTime.class)
                        .bind("attempts", s.dunning().attempts())
                        .bindByType("nextAt", utc(s.dunning().nextAt()), OffsetDateTime.class)
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
                            OR state IN ('active', 'past_due', 'suspended')
                               AND ended_at IS NULL AND next_at <= :now
                         ORDER BY coalesce(next_at, expires_at, metered_from)
                         LIMIT :limit
                        """)
                .bind("now", utc(now))
                .bind("limit", limit)
                .map((row, context) -> new SubscriptionId(row.getObject("id", UUID.class)))
                .list();
    }

    /** When something is due of any subscription. */
    Optional<Instant> nextDue(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT min(CASE WHEN metered_from IS NOT NULL
                                        THEN metered_from + interval '1 hour'
                                        WHEN state = 'active' THEN coalesce(next_at, expires_at)
                                        ELSE next_at END) AS due
                          FROM subscriptions
                         WHERE state IN ('active', 'past_due', 'suspended') AND ended_at IS NULL
                        """)
                .map((row, context) -> Optional.ofNullable(instant(row, "due")))
                .one();
    }

    /** A team's subscriptions that wait for money, the oldest first. */
    List<SubscriptionId> unpaid(Handle handle, TeamId team) {
        return handle.createQuery(
                        """
                        SELECT id FROM subscriptions
                         WHERE team_id = :team AND state IN ('past_due', 'suspended')
                           AND ended_at IS NULL
                         ORDER BY due_since NULLS LAST, id
                        """)
                .bind("team", team)
                .map((row, context) -> new SubscriptionId(row.getObject("id", UUID.class)))
                .list();
    }

    void insertSpan(Handle handle, Subscription s, UsageSpan span) {
        UsageSpan.Charging what = span.what();
        handle.createUpdate(
                        """
                        INSERT INTO usage_spans
                               (id, subscription_id, plan_id, terms_at, component, span,
                                price_minor, price_seconds, quantity, amount_minor, transfer_id)
                        VALUES (:id, :subscription, :plan, :termsAt, :component,
                                tstzrange(:from, :to, '[)'), :price, :priceSeconds, :quantity,
                                :amount, :transfer)
                        """)
                .bind("id", span.id())
                .bind("subscription", s.id())
                .bind("plan", s.terms().plan())
                .bind("termsAt", utc(s.terms().since()))
                .bind("component", what.component().code())
                .bind("from", utc(what.from()))
                .bind("to", utc(what.to()))
                .bind("price", what.price().minor())
                .bindByType("priceSeconds", what.priceSeconds(), Long.class)
                .bindByType("quantity", what.quantity(), Long.class)
                .bind("amount", what.amount().minor())
                .bindByType("transfer", span.transfer(), UUID.class)
                .execute();
    }

    /** The spans of time that were paid ahead; those that were replaced at once are given back. */
    List<UsageSpan> spans(Handle handle, Subscription s) {
        return handle.createQuery(
                        """
                        SELECT id, component, span_from, span_to, price_minor, price_seconds,
                               quantity, amount_minor, refunded_minor, transfer_id
                          FROM usage_spans
                         WHERE subscription_id = :id AND component ~ '^(month|year|slot)'
                           AND span_to - span_from >= interval '1 second'
                         ORDER BY span_from
                        """)
                .bind("id", s.id())
                .map((row, context) -> span(row, s.price().asset()))
                .list();
    }

    private static UsageSpan span(ResultSet row, Asset asset) throws SQLException {
        return new UsageSpan(
                row.getObject("id", UUID.class),
                new UsageSpan.Charging(
                        PriceComponent.parse(row.getString("component")).orElseThrow(),
                        requireInstant(row, "span_from"),
                        requireInstant(row, "span_to"),
                        new Money(row.getLong("price_minor"), asset),
                        row.getObject("price_seconds", Long.class),
                        row.getObject("quantity", Long.class),
                        new Money(row.getLong("amount_minor"), asset)),
                new Money(row.getLong("refunded_minor"), asset),
                row.getObject("transfer_id", UUID.class));
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

    /** Ends a span's time earlier: from then on another one stands for it. */
    void cut(Handle handle, UsageSpan span, Instant at) {
        handle.createUpdate(
                        """
                        UPDATE usage_spans SET span = tstzrange(span_from, :at, '[)') WHERE id = :id
                        """)
                .bind("id", span.id())
                .bind("at", utc(at))
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

    /** Until when hours were charged. */
    Optional<Instant> chargedUntil(Handle handle, SubscriptionId id) {
        return handle.createQuery(
                        """
                        SELECT span_to FROM usage_spans
                         WHERE subscription_id = :id AND component = 'hour'
                         ORDER BY span_to DESC LIMIT 1
                        """)
                .bind("id", id)
                .map((row, context) -> requireInstant(row, "span_to"))
                .findOne();
    }

    /**
     * What has to be known to begin, in one statement.
     *
     * @param capped whether one of the teams has a limit
     */
    record Beginning(SplitRule split, boolean capped) {}

    Beginning beginning(Handle handle, Instant at, Collection<TeamId> teams) {
        return handle.createQuery(
                        """
                        SELECT name, version, parts,
                               EXISTS (SELECT 1 FROM billing_accounts
                                        WHERE team_id = ANY (:teams) AND cap_minor IS NOT NULL)
                                   AS capped
                          FROM split_rules
                         WHERE name = 'standard' AND valid_from <= :at
                         ORDER BY version DESC LIMIT 1
                        """)
                .bind("at", utc(at))
                .bindArray("teams", UUID.class, teams.stream().map(TeamId::value).toList())
                .map((row, context) -> new Beginning(split(row), row.getBoolean("capped")))
                .one();
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
                new Terms(
                        new PlanId(row.getObject("plan_id", UUID.class)),
                        PriceComponent.base(row.getString("component")).orElseThrow(),
                        new Money(row.getLong("price_minor"), asset),
                        new Money(row.getLong("setup_minor"), asset),
                        RefundRule.valueOf(row.getString("refund_rule").toUpperCase(Locale.ROOT)),
                        row.getString("split_rule"),
                        row.getInt("split_version"),
                        ZoneId.of(row.getString("zone")),
                        requireInstant(row, "terms_at")),
                SubscriptionState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getString("reason"),
                row.getInt("version"),
                new Subscription.Course(
                        row.getObject("hold_id", UUID.class),
                        row.getObject("setup_hold_id", UUID.class),
                        instant(row, "metered_from"),
                        instant(row, "anchor_at"),
                        instant(row, "expires_at"),
                        instant(row, "activated_at"),
                        instant(row, "ended_at")),
                new Subscription.Dunning(
                        instant(row, "due_since"),
                        row.getInt("attempts"),
                        instant(row, "next_at")));
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
