package coop.minga.platform.billing;

import coop.minga.platform.InstanceId;
import coop.minga.platform.SubscriptionId;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.Optional;

/**
 * Subscriptions. Every method works inside the caller's transaction and is safe to call again with
 * the same arguments. Thread-safe.
 *
 * <p>Publishes {@code billing.exhausted} when an hourly subscription cannot be paid any longer and
 * {@code billing.expired} when a slot is over; the subject of both is the instance.
 */
public final class BillingService {

    /**
     * Begins a subscription and holds its first amount: one hour, or the whole slot.
     *
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}
     */
    public SubscriptionId open(Handle handle, OpenSubscription request) {
        throw new UnsupportedOperationException();
    }

    /** The machine runs: a slot is captured and its end set, an hourly meter starts. */
    public void activate(Handle handle, SubscriptionId id, Instant at) {
        throw new UnsupportedOperationException();
    }

    /** The machine will not come: what is held is free again. */
    public void abandon(Handle handle, SubscriptionId id, String reason) {
        throw new UnsupportedOperationException();
    }

    /** The machine was stopped: an hourly meter posts what was used and frees the rest. */
    public void pause(Handle handle, SubscriptionId id, Instant at) {
        throw new UnsupportedOperationException();
    }

    /**
     * The machine is about to be started again: an hourly subscription takes a new hold.
     *
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}
     */
    public void resume(Handle handle, SubscriptionId id, Instant at) {
        throw new UnsupportedOperationException();
    }

    /** The machine is gone: what was used is posted, what is left of a slot refunded by rule. */
    public void end(Handle handle, SubscriptionId id, Instant at, String reason) {
        throw new UnsupportedOperationException();
    }

    /**
     * Buys one more slot behind the running one.
     *
     * @param at now
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}, {@code
     *     billing.not-renewable}
     */
    public void renew(Handle handle, SubscriptionId id, Instant at) {
        throw new UnsupportedOperationException();
    }

    /** The subscription of an instance, ended ones included. */
    public Optional<SubscriptionView> ofInstance(Handle handle, InstanceId instance) {
        throw new UnsupportedOperationException();
    }
}
