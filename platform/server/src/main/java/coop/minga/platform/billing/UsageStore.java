package coop.minga.platform.billing;

import coop.minga.platform.SubscriptionId;
import coop.minga.platform.pricing.LimitPolicy;
import coop.minga.platform.pricing.UsageTerms;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** The SQL of meters of use. */
final class UsageStore {

    void insert(Handle handle, UsageMeter meter) {
        UsageTerms terms = meter.terms();
        handle.createUpdate(
                        """
                        INSERT INTO usage_meters
                               (subscription_id, metric, unit, included, price_minor, per, at_limit)
                        VALUES (:subscription, :metric, :unit, :included, :price, :per, :atLimit)
                        """)
                .bind("subscription", meter.subscription())
                .bind("metric", terms.metric())
                .bind("unit", terms.unit())
                .bind("included", terms.included())
                .bind("price", terms.price().minor())
                .bind("per", terms.per())
                .bind("atLimit", meter.atLimit().id())
                .execute();
    }

    /** The meters of a subscription whose row the caller holds. */
    List<UsageMeter> meters(Handle handle, SubscriptionId id) {
        return handle.createQuery(
                        """
                        SELECT m.subscription_id, m.metric, m.unit, m.included, m.price_minor,
                               m.per, m.at_limit, m.period_from, m.used, m.total, m.read_at,
                               m.limited, s.asset, a.scale
                          FROM usage_meters m
                          JOIN subscriptions s ON s.id = m.subscription_id
                          JOIN ledger_assets a ON a.code = s.asset
                         WHERE m.subscription_id = :id ORDER BY m.metric
                        """)
                .bind("id", id)
                .map((row, context) -> meter(row))
                .list();
    }

    /** Forgets all meters; what they counted stays charged. */
    void delete(Handle handle, SubscriptionId id) {
        handle.createUpdate("DELETE FROM usage_meters WHERE subscription_id = :id")
                .bind("id", id)
                .execute();
    }

    void update(Handle handle, UsageMeter meter) {
        handle.createUpdate(
                        """
                        UPDATE usage_meters
                           SET period_from = :periodFrom, used = :used, total = :total,
                               read_at = :readAt, limited = :limited
                         WHERE subscription_id = :subscription AND metric = :metric
                        """)
                .bind("subscription", meter.subscription())
                .bind("metric", meter.terms().metric())
                .bindByType("periodFrom", utc(meter.periodFrom()), OffsetDateTime.class)
                .bind("used", meter.used())
                .bind("total", meter.total())
                .bindByType("readAt", utc(meter.readAt()), OffsetDateTime.class)
                .bind("limited", meter.limited())
                .execute();
    }

    private static UsageMeter meter(ResultSet row) throws SQLException {
        Asset asset = new Asset(row.getString("asset"), row.getInt("scale"));
        return new UsageMeter(
                new SubscriptionId(row.getObject("subscription_id", UUID.class)),
                new UsageTerms(
                        row.getString("metric"),
                        row.getString("unit"),
                        row.getLong("included"),
                        new Money(row.getLong("price_minor"), asset),
                        row.getLong("per")),
                LimitPolicy.parse(row.getString("at_limit")).orElseThrow(),
                instant(row, "period_from"),
                row.getLong("used"),
                row.getLong("total"),
                instant(row, "read_at"),
                row.getBoolean("limited"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
