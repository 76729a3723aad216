package coop.minga.platform.payments;

import coop.minga.platform.AccountId;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The rows of refunds. */
final class RefundStore {

    private static final String SELECT =
            """
            SELECT r.*, p.asset, p.scale
              FROM payment_refunds r JOIN payments p ON p.id = r.payment_id
            """;

    void insert(Handle handle, StoredRefund refund, AccountId by, Instant checkAt) {
        handle.createUpdate(
                        """
                        INSERT INTO payment_refunds
                               (id, payment_id, amount_minor, provider_key, state, note,
                                requested_by, hold_id, next_check_at, created_at, updated_at)
                        VALUES (:id, :payment, :amount, :key, :state, :note,
                                :by, :hold, :checkAt, :at, :at)
                        """)
                .bind("id", refund.id())
                .bind("payment", refund.payment())
                .bind("amount", refund.amount().minor())
                .bind("key", refund.key().value())
                .bind("state", refund.state().id())
                .bind("note", refund.note())
                .bind("by", by)
                .bind("hold", refund.holdId())
                .bind("checkAt", PaymentStore.utc(checkAt))
                .bind("at", PaymentStore.utc(refund.createdAt()))
                .execute();
    }

    Optional<StoredRefund> find(Handle handle, RefundId id) {
        return one(handle, id, "");
    }

    /** The refund, which nobody else changes until the transaction ends. */
    Optional<StoredRefund> lock(Handle handle, RefundId id) {
        return one(handle, id, " FOR UPDATE OF r");
    }

    private static Optional<StoredRefund> one(Handle handle, RefundId id, String lock) {
        return handle.createQuery(SELECT + " WHERE r.id = :id" + lock)
                .bind("id", id)
                .map((row, context) -> refund(row))
                .findOne();
    }

    Optional<RefundId> byHandle(Handle handle, String provider, String refund) {
        return handle.createQuery(
                        """
                        SELECT r.id FROM payment_refunds r JOIN payments p ON p.id = r.payment_id
                         WHERE p.provider = :provider AND r.handle = :handle
                        """)
                .bind("provider", provider)
                .bind("handle", refund)
                .mapTo(RefundId.class)
                .findOne();
    }

    List<StoredRefund> of(Handle handle, PaymentId payment) {
        return handle.createQuery(SELECT + " WHERE r.payment_id = :payment ORDER BY r.id")
                .bind("payment", payment)
                .map((row, context) -> refund(row))
                .list();
    }

    boolean move(Handle handle, RefundId id, RefundState from, RefundState to, Instant at) {
        return handle.createUpdate(
                                """
                                UPDATE payment_refunds SET state = :to, updated_at = :at
                                 WHERE id = :id AND state = :from
                                """)
                        .bind("id", id)
                        .bind("from", from.id())
                        .bind("to", to.id())
                        .bind("at", PaymentStore.utc(at))
                        .execute()
                == 1;
    }

    void update(
            Handle handle,
            RefundId id,
            RefundState state,
            @Nullable String reason,
            @Nullable String refund,
            Instant soon,
            Instant at) {
        handle.createUpdate(
                        """
                        UPDATE payment_refunds
                           SET state = :state, reason = :reason, handle = :handle,
                               next_check_at = CASE WHEN :open
                                                    THEN coalesce(next_check_at, :soon) END,
                               updated_at = :at
                         WHERE id = :id
                        """)
                .bind("id", id)
                .bind("state", state.id())
                .bind("reason", reason)
                .bind("handle", refund)
                .bind("open", state.isOpen())
                .bind("soon", PaymentStore.utc(soon))
                .bind("at", PaymentStore.utc(at))
                .execute();
    }

    List<RefundId> due(Handle handle, Instant now, int limit) {
        return handle.createQuery(
                        """
                        SELECT id FROM payment_refunds WHERE next_check_at <= :now
                         ORDER BY next_check_at LIMIT :limit FOR UPDATE SKIP LOCKED
                        """)
                .bind("now", PaymentStore.utc(now))
                .bind("limit", limit)
                .mapTo(RefundId.class)
                .list();
    }

    void checked(Handle handle, RefundId id, int checks, Instant nextAt) {
        handle.createUpdate(
                        """
                        UPDATE payment_refunds SET checks = :checks, next_check_at = :next
                         WHERE id = :id
                        """)
                .bind("id", id)
                .bind("checks", checks)
                .bind("next", PaymentStore.utc(nextAt))
                .execute();
    }

    private static StoredRefund refund(ResultSet row) throws SQLException {
        return new StoredRefund(
                new RefundId(row.getObject("id", UUID.class)),
                new PaymentId(row.getObject("payment_id", UUID.class)),
                new Money(
                        row.getLong("amount_minor"),
                        new Asset(row.getString("asset"), row.getInt("scale"))),
                new IdempotencyKey(row.getString("provider_key")),
                row.getString("handle"),
                RefundState.of(row.getString("state")),
                row.getString("reason"),
                row.getString("note"),
                row.getObject("hold_id", UUID.class),
                row.getInt("checks"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
