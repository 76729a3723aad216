package coop.minga.platform.payments;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.ListQuery;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.PaymentHandle;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** The rows of payments. */
final class PaymentStore {

    private static final String SELECT = "SELECT * FROM payments p ";

    void insert(Handle handle, StoredPayment payment, Instant checkAt) {
        handle.createUpdate(
                        """
                        INSERT INTO payments
                               (id, team_id, account_id, purpose, method_id, provider, mode, asset, scale,
                                amount_minor, charge, provider_key, state, credit_id,
                                next_check_at, created_at, updated_at)
                        VALUES (:id, :team, :account, :purpose, :method, :provider, :mode, :asset, :scale,
                                :amount, :charge, :key, :state, :credit,
                                :checkAt, :at, :at)
                        """)
                .bind("id", payment.id())
                .bind("team", payment.team())
                .bind("account", payment.account())
                .bind("purpose", payment.purpose().id())
                .bindByType(
                        "method",
                        payment.method() == null ? null : payment.method().value(),
                        UUID.class)
                .bind("provider", payment.provider())
                .bind("mode", payment.mode().name().toLowerCase(Locale.ROOT))
                .bind("asset", payment.amount().asset().code())
                .bind("scale", payment.amount().asset().scale())
                .bind("amount", payment.amount().minor())
                .bind("charge", payment.charge())
                .bind("key", payment.key().value())
                .bind("state", payment.state().id())
                .bind("credit", payment.creditId())
                .bind("checkAt", utc(checkAt))
                .bind("at", utc(payment.createdAt()))
                .execute();
    }

    Optional<StoredPayment> find(Handle handle, PaymentId id) {
        return one(handle, id, "");
    }

    /** The payment, which nobody else changes until the transaction ends. */
    Optional<StoredPayment> lock(Handle handle, PaymentId id) {
        return one(handle, id, " FOR UPDATE");
    }

    private static Optional<StoredPayment> one(Handle handle, PaymentId id, String lock) {
        return handle.createQuery(SELECT + "WHERE p.id = :id" + lock)
                .bind("id", id)
                .map((row, context) -> payment(row))
                .findOne();
    }

    Optional<PaymentId> byKey(Handle handle, String provider, IdempotencyKey key) {
        return handle.createQuery(
                        """
                        SELECT id FROM payments WHERE provider = :provider AND provider_key = :key
                        """)
                .bind("provider", provider)
                .bind("key", key.value())
                .mapTo(PaymentId.class)
                .findOne();
    }

    Optional<PaymentId> byHandle(Handle handle, String provider, PaymentHandle known) {
        return handle.createQuery(
                        "SELECT id FROM payments WHERE provider = :provider AND handle = :handle")
                .bind("provider", provider)
                .bind("handle", known.value())
                .mapTo(PaymentId.class)
                .findOne();
    }

    Optional<PaymentId> byCharge(Handle handle, String charge) {
        return handle.createQuery("SELECT id FROM payments WHERE charge = :charge")
                .bind("charge", charge)
                .mapTo(PaymentId.class)
                .findOne();
    }

    /** Moves it on from where it was seen; false when somebody else did meanwhile. */
    boolean move(Handle handle, PaymentId id, PaymentState from, PaymentState to, Instant at) {
        return handle.createUpdate(
                                """
                                UPDATE payments SET state = :to, updated_at = :at
                                 WHERE id = :id AND state = :from
                                """)
                        .bind("id", id)
                        .bind("from", from.id())
                        .bind("to", to.id())
                        .bind("at", utc(at))
                        .execute()
                == 1;
    }

    /**
     * Writes what was learnt about a payment that is locked.
     *
     * @param soon when it is asked for at the latest, where nobody said so before
     */
    void update(Handle handle, PaymentId id, Standing now, Instant soon, Instant at) {
        handle.createUpdate(
                        """
                        UPDATE payments
                           SET state = :state, reason = :reason, handle = :handle,
                               vendor_account = :vendorAccount, method = :method,
                               action_kind = :actionKind, action_url = :actionUrl,
                               captured_minor = :captured, attention = :attention,
                               next_check_at = CASE WHEN :open
                                                    THEN coalesce(next_check_at, :soon) END,
                               credited_at = CASE WHEN :state = 'succeeded'
                                                  THEN coalesce(credited_at, :at) END,
                               updated_at = :at
                         WHERE id = :id
                        """)
                .bind("id", id)
                .bind("state", now.state().id())
                .bind("reason", now.reason())
                .bind("handle", now.handle())
                .bind("vendorAccount", now.vendorAccount())
                .bind("method", now.method())
                .bind("actionKind", now.actionKind())
                .bind("actionUrl", now.actionUrl())
                .bind("captured", now.captured().minor())
                .bind("attention", now.attention())
                .bind("open", now.state().isOpen())
                .bind("soon", utc(soon))
                .bind("at", utc(at))
                .execute();
    }

    /** Counts what is being given back of a payment that is locked. */
    void refunding(Handle handle, PaymentId id, Money refunding, Instant at) {
        handle.createUpdate(
                        """
                        UPDATE payments SET refunding_minor = :refunding, updated_at = :at
                         WHERE id = :id
                        """)
                .bind("id", id)
                .bind("refunding", refunding.minor())
                .bind("at", utc(at))
                .execute();
    }

    /** Those whose time to be asked for has come, each counted and put off until then. */
    List<PaymentId> due(Handle handle, Instant now, int limit) {
        return handle.createQuery(
                        """
                        SELECT id FROM payments WHERE next_check_at <= :now
                         ORDER BY next_check_at LIMIT :limit FOR UPDATE SKIP LOCKED
                        """)
                .bind("now", utc(now))
                .bind("limit", limit)
                .mapTo(PaymentId.class)
                .list();
    }

    /** Counts a check and says when the next one is. */
    void checked(Handle handle, PaymentId id, int checks, Instant nextAt) {
        handle.createUpdate(
                        """
                        UPDATE payments SET checks = :checks, next_check_at = :next WHERE id = :id
                        """)
                .bind("id", id)
                .bind("checks", checks)
                .bind("next", utc(nextAt))
                .execute();
    }

    List<StoredPayment> ofTeam(Handle handle, TeamId team, ListQuery query) {
        return query.bindTo(
                        handle.createQuery(
                                SELECT
                                        + """
                                        WHERE p.team_id = :team
                                          AND (p.created_at, p.id) < (:before, :beforeId)
                                        ORDER BY p.created_at DESC, p.id DESC LIMIT :limit
                                        """))
                .bind("team", team)
                .map((row, context) -> payment(row))
                .list();
    }

    List<StoredPayment> all(Handle handle, ListQuery query) {
        return query.bindTo(
                        handle.createQuery(
                                SELECT
                                        + """
                                        WHERE (:state::text IS NULL OR p.state = :state)
                                          AND (:account::uuid IS NULL OR p.account_id = :account)
                                          AND (p.created_at, p.id) < (:before, :beforeId)
                                        ORDER BY p.created_at DESC, p.id DESC LIMIT :limit
                                        """))
                .map((row, context) -> payment(row))
                .list();
    }

    boolean isUsed(Handle handle, String provider) {
        return handle.createQuery(
                        """
                        SELECT EXISTS (SELECT 1 FROM payments
                                        WHERE provider = :provider AND next_check_at IS NOT NULL)
                            OR EXISTS (SELECT 1 FROM payment_methods
                                        WHERE provider = :provider AND next_check_at IS NOT NULL)
                        """)
                .bind("provider", provider)
                .mapTo(Boolean.class)
                .one();
    }

    private static StoredPayment payment(ResultSet row) throws SQLException {
        Asset asset = new Asset(row.getString("asset"), row.getInt("scale"));
        UUID method = row.getObject("method_id", UUID.class);
        return new StoredPayment(
                new PaymentId(row.getObject("id", UUID.class)),
                new TeamId(row.getObject("team_id", UUID.class)),
                new AccountId(row.getObject("account_id", UUID.class)),
                Purpose.of(row.getString("purpose")),
                method == null ? null : new MethodId(method),
                row.getString("provider"),
                Mode.valueOf(row.getString("mode").toUpperCase(Locale.ROOT)),
                new Money(row.getLong("amount_minor"), asset),
                row.getString("charge"),
                new IdempotencyKey(row.getString("provider_key")),
                new Standing(
                        PaymentState.of(row.getString("state")),
                        row.getString("reason"),
                        row.getString("handle"),
                        row.getString("vendor_account"),
                        row.getString("method"),
                        row.getString("action_kind"),
                        row.getString("action_url"),
                        new Money(row.getLong("captured_minor"), asset),
                        row.getString("attention")),
                new Money(row.getLong("refunding_minor"), asset),
                row.getObject("credit_id", UUID.class),
                row.getInt("checks"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
