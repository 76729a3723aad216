package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Json;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The SQL of charges: spans with the terms of their subscriptions. */
final class ChargeStore {

    private static final String SELECT =
            """
            SELECT u.id, u.span_from, u.span_to, u.amount_minor, u.refunded_minor, u.credited_minor,
                   u.transfer_id, u.price_minor, u.price_seconds, u.quantity, u.component,
                   u.plan_id, u.terms_at, s.id AS subscription_id, s.team_id, s.account_id,
                   s.instance_id, s.asset, a.scale,
                   r.name AS rule_name, r.version AS rule_version, r.parts
              FROM usage_spans u
              JOIN subscriptions s ON s.id = u.subscription_id
              JOIN ledger_assets a ON a.code = s.asset
              JOIN split_rules r ON r.name = s.split_rule AND r.version = s.split_version
            """;

    private static final String DUE =
            """
                   u.document_id IS NULL AND u.amount_minor > 0
               AND (u.component <> 'hour' OR u.span_to <= :hoursUntil OR s.ended_at IS NOT NULL)
            """;

    List<Charges.Payer> payers(Handle handle, Instant hoursUntil) {
        return handle.createQuery(
                        """
                        SELECT DISTINCT s.team_id, s.account_id, s.asset, a.scale
                          FROM usage_spans u
                          JOIN subscriptions s ON s.id = u.subscription_id
                          JOIN ledger_assets a ON a.code = s.asset
                         WHERE
                        """
                                + DUE
                                + " ORDER BY 1, 2, 3")
                .bind("hoursUntil", utc(hoursUntil))
                .map((row, context) ->
                        new Charges.Payer(
                                new TeamId(row.getObject("team_id", UUID.class)),
                                new AccountId(row.getObject("account_id", UUID.class)),
                                asset(row)))
                .list();
    }

    List<Charge> take(Handle handle, Charges.Payer payer, Instant hoursUntil, int limit) {
        return handle.createQuery(
                        SELECT
                                + " WHERE s.team_id = :team AND s.account_id = :account"
                                + " AND s.asset = :asset AND "
                                + DUE
                                + """
                                 ORDER BY u.span_from, u.id LIMIT :limit
                                   FOR NO KEY UPDATE OF u SKIP LOCKED
                                """)
                .bind("team", payer.team())
                .bind("account", payer.account())
                .bind("asset", payer.asset().code())
                .bind("hoursUntil", utc(hoursUntil))
                .bind("limit", limit)
                .map((row, context) -> charge(row))
                .list();
    }

    int documented(Handle handle, Collection<UUID> spans, UUID document) {
        return handle.createUpdate(
                        """
                        UPDATE usage_spans SET document_id = :document
                         WHERE id = ANY (:spans) AND document_id IS NULL
                        """)
                .bind("document", document)
                .bindArray("spans", UUID.class, List.copyOf(spans))
                .execute();
    }

    List<UUID> toCorrect(Handle handle, int limit) {
        return handle.createQuery(
                        """
                        SELECT DISTINCT document_id FROM usage_spans
                         WHERE document_id IS NOT NULL AND credited_minor < refunded_minor
                         ORDER BY 1 LIMIT :limit
                        """)
                .bind("limit", limit)
                .mapTo(UUID.class)
                .list();
    }

    List<Charge> takeRefunded(Handle handle, UUID document) {
        return handle.createQuery(
                        SELECT
                                + """
                                 WHERE u.document_id = :document
                                   AND u.credited_minor < u.refunded_minor
                                 ORDER BY u.span_from, u.id
                                   FOR NO KEY UPDATE OF u
                                """)
                .bind("document", document)
                .map((row, context) -> charge(row))
                .list();
    }

    void credited(Handle handle, UUID span, Money more) {
        handle.createUpdate(
                        """
                        UPDATE usage_spans SET credited_minor = credited_minor + :more
                         WHERE id = :span
                        """)
                .bind("span", span)
                .bind("more", more.minor())
                .execute();
    }

    void refunded(Handle handle, UUID span, Money more) {
        handle.createUpdate(
                        """
                        UPDATE usage_spans SET refunded_minor = refunded_minor + :more
                         WHERE id = :span
                        """)
                .bind("span", span)
                .bind("more", more.minor())
                .execute();
    }

    List<Charge> find(Handle handle, Collection<UUID> spans) {
        return handle.createQuery(SELECT + " WHERE u.id = ANY (:spans) ORDER BY u.span_from, u.id")
                .bindArray("spans", UUID.class, List.copyOf(spans))
                .map((row, context) -> charge(row))
                .list();
    }

    Charge lock(Handle handle, UUID span) {
        return handle.createQuery(SELECT + " WHERE u.id = :span FOR NO KEY UPDATE OF u")
                .bind("span", span)
                .map((row, context) -> charge(row))
                .one();
    }

    private static Charge charge(ResultSet row) throws SQLException {
        Asset asset = asset(row);
        return new Charge(
                row.getObject("id", UUID.class),
                new SubscriptionId(row.getObject("subscription_id", UUID.class)),
                new TeamId(row.getObject("team_id", UUID.class)),
                new AccountId(row.getObject("account_id", UUID.class)),
                new InstanceId(row.getObject("instance_id", UUID.class)),
                new PlanId(row.getObject("plan_id", UUID.class)),
                PriceComponent.parse(row.getString("component")).orElseThrow(),
                new Money(row.getLong("price_minor"), asset),
                row.getObject("price_seconds", Long.class),
                row.getObject("quantity", Long.class),
                row.getObject("span_from", OffsetDateTime.class).toInstant(),
                row.getObject("span_to", OffsetDateTime.class).toInstant(),
                new Money(row.getLong("amount_minor"), asset),
                new Money(row.getLong("refunded_minor"), asset),
                new Money(row.getLong("credited_minor"), asset),
                row.getObject("transfer_id", UUID.class),
                row.getObject("terms_at", OffsetDateTime.class).toInstant(),
                new SplitRule(
                        row.getString("rule_name"),
                        row.getInt("rule_version"),
                        Arrays.asList(Json.read(row.getString("parts"), SplitRule.Part[].class))));
    }

    private static Asset asset(ResultSet row) throws SQLException {
        return new Asset(row.getString("asset"), row.getInt("scale"));
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
