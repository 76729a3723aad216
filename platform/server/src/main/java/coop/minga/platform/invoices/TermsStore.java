package coop.minga.platform.invoices;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Json;
import coop.minga.platform.pricing.ExchangeRate;
import coop.minga.platform.pricing.Percent;
import coop.minga.platform.pricing.TaxRate;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Text;

import org.jdbi.v3.core.Handle;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The SQL of who sells to whom, at which tax and rate, under which series. */
final class TermsStore {

    // ------------------------------------------------------------------ sellers

    /** A seller with its version. */
    record VersionedSeller(Seller seller, long version) {}

    Optional<VersionedSeller> seller(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT version, seller::text AS seller FROM invoice_sellers
                         ORDER BY version DESC LIMIT 1
                        """)
                .map((row, context) ->
                        new VersionedSeller(
                                Json.read(row.getString("seller"), Seller.class),
                                row.getLong("version")))
                .findOne();
    }

    /**
     * @return false when there is such a version already
     */
    boolean insertSeller(Handle handle, Seller seller, long version, AccountId actor, Instant now) {
        return handle.createUpdate(
                                """
                                INSERT INTO invoice_sellers (version, seller, actor_id, at)
                                VALUES (:version, :seller::jsonb, :actor, :now)
                                    ON CONFLICT DO NOTHING
                                """)
                        .bind("version", version)
                        .bind("seller", Json.write(seller))
                        .bind("actor", actor)
                        .bind("now", utc(now))
                        .execute()
                == 1;
    }

    // ------------------------------------------------------------------ buyers

    /** A profile with its version. */
    record VersionedProfile(Party party, long version) {}

    Optional<VersionedProfile> profile(Handle handle, TeamId team) {
        return handle.createQuery(
                        """
                        SELECT name, tax_id_kind, tax_id, address, country, email, version
                          FROM billing_profiles WHERE team_id = :team
                        """)
                .bind("team", team)
                .map((row, context) ->
                        new VersionedProfile(
                                new Party(
                                        row.getString("name"),
                                        TaxIdKind.of(row.getString("tax_id_kind")),
                                        row.getString("tax_id"),
                                        row.getString("address"),
                                        row.getString("country"),
                                        row.getString("email")),
                                row.getLong("version")))
                .findOne();
    }

    void saveProfile(Handle handle, TeamId team, Party party, Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO billing_profiles AS p
                               (team_id, name, tax_id_kind, tax_id, address, country, email,
                                updated_at)
                        VALUES (:team, :name, :kind, :taxId, :address, :country, :email, :now)
                            ON CONFLICT (team_id) DO UPDATE
                           SET name = excluded.name, tax_id_kind = excluded.tax_id_kind,
                               tax_id = excluded.tax_id, address = excluded.address,
                               country = excluded.country, email = excluded.email,
                               version = p.version + 1, updated_at = excluded.updated_at
                        """)
                .bind("team", team)
                .bind("name", party.name())
                .bind("kind", party.taxIdKind().id())
                .bind("taxId", party.taxId())
                .bind("address", party.address())
                .bind("country", party.country())
                .bind("email", party.email())
                .bind("now", utc(now))
                .execute();
    }

    // ------------------------------------------------------------------ tax

    /** A rate with its id. */
    record KnownRate(UUID id, TaxRate rate) {}

    List<KnownRate> taxRates(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT id, country, category, percent, valid_from, valid_until,
                               label::text AS label
                          FROM tax_rates ORDER BY country, category, valid_from
                        """)
                .map((row, context) ->
                        new KnownRate(
                                row.getObject("id", UUID.class),
                                new TaxRate(
                                        row.getString("country"),
                                        row.getString("category"),
                                        new Percent(row.getBigDecimal("percent")),
                                        row.getObject("valid_from", LocalDate.class),
                                        row.getObject("valid_until", LocalDate.class),
                                        text(row.getString("label")))))
                .list();
    }

    /** Keeps two operators from changing the rates at once. */
    void lockTaxRates(Handle handle) {
        handle.execute("LOCK TABLE tax_rates IN SHARE ROW EXCLUSIVE MODE");
    }

    void insertTaxRate(Handle handle, UUID id, TaxRate rate) {
        handle.createUpdate(
                        """
                        INSERT INTO tax_rates
                               (id, country, category, percent, valid_from, valid_until, label)
                        VALUES (:id, :country, :category, :percent, :from, :until, :label::jsonb)
                        """)
                .bind("id", id)
                .bind("country", rate.country())
                .bind("category", rate.category())
                .bind("percent", rate.percent().value())
                .bind("from", rate.from())
                .bindByType("until", rate.until(), LocalDate.class)
                .bind("label", Json.write(new TreeMap<>(rate.label().byLanguage())))
                .execute();
    }

    void endTaxRate(Handle handle, UUID id, LocalDate until) {
        handle.createUpdate("UPDATE tax_rates SET valid_until = :until WHERE id = :id")
                .bind("id", id)
                .bind("until", until)
                .execute();
    }

    // ------------------------------------------------------------------ exchange

    /** The newest rate that was known at a moment. */
    Optional<ExchangeRate> exchangeRate(Handle handle, Asset from, Asset to, Instant at) {
        return handle.createQuery(
                        """
                        SELECT rate, source, at FROM exchange_rates
                         WHERE from_asset = :from AND to_asset = :to AND at <= :at
                         ORDER BY at DESC LIMIT 1
                        """)
                .bind("from", from.code())
                .bind("to", to.code())
                .bind("at", utc(at))
                .map((row, context) ->
                        new ExchangeRate(
                                from,
                                to,
                                plain(row.getBigDecimal("rate")),
                                row.getString("source"),
                                row.getObject("at", OffsetDateTime.class).toInstant()))
                .findOne();
    }

    void insertExchangeRate(Handle handle, UUID id, ExchangeRate rate) {
        handle.createUpdate(
                        """
                        INSERT INTO exchange_rates (id, from_asset, to_asset, rate, source, at)
                        VALUES (:id, :from, :to, :rate, :source, :at)
                        """)
                .bind("id", id)
                .bind("from", rate.from().code())
                .bind("to", rate.to().code())
                .bind("rate", rate.rate())
                .bind("source", rate.source())
                .bind("at", utc(rate.at()))
                .execute();
    }

    // ------------------------------------------------------------------ series

    /** A series of numbers. */
    record Series(DocumentKind kind, String prefix, int width, long last, boolean active) {}

    List<Series> series(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT kind, prefix, width, last, active FROM invoice_series
                         ORDER BY kind, active DESC, id
                        """)
                .map((row, context) ->
                        new Series(
                                DocumentKind.of(row.getString("kind")),
                                row.getString("prefix"),
                                row.getInt("width"),
                                row.getLong("last"),
                                row.getBoolean("active")))
                .list();
    }

    /** Makes a series the one that numbers are taken from; one that was used before goes on. */
    void activateSeries(Handle handle, DocumentKind kind, String prefix, int width) {
        handle.createUpdate(
                        "UPDATE invoice_series SET active = false WHERE kind = :kind AND active")
                .bind("kind", kind.id())
                .execute();
        handle.createUpdate(
                        """
                        INSERT INTO invoice_series (kind, prefix, width, active)
                        VALUES (:kind, :prefix, :width, true)
                            ON CONFLICT (kind, prefix) DO UPDATE
                           SET active = true, width = excluded.width
                        """)
                .bind("kind", kind.id())
                .bind("prefix", prefix)
                .bind("width", width)
                .execute();
    }

    private static Text text(String json) {
        @SuppressWarnings("unchecked")
        Map<String, String> byLanguage = Json.read(json, Map.class);
        return new Text(byLanguage);
    }

    private static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
