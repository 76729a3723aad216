package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.pricing.Anchor;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A subscription's row.
 *
 * @param reason why it stands where it stands, as a code
 * @param version counts the changes: each is a compare-and-set
 * @param dunning how far a renewal came that was not paid in time
 */
record Subscription(
        SubscriptionId id,
        TeamId team,
        AccountId account,
        OrderId order,
        InstanceId instance,
        Terms terms,
        SubscriptionState state,
        String reason,
        int version,
        Course course,
        Dunning dunning) {

    /**
     * How far it came.
     *
     * @param holdId funds set aside for what comes next; none for what costs nothing
     * @param setupHoldId funds set aside for what is paid once, until it begins
     * @param meteredFrom from when time is not yet charged; none while paused and for what is paid
     *     ahead
     * @param anchorAt from when periods are counted; none for hours and before activation
     * @param expiresAt until when it is paid ahead; none for hours and before activation
     */
    record Course(
            @Nullable UUID holdId,
            @Nullable UUID setupHoldId,
            @Nullable Instant meteredFrom,
            @Nullable Instant anchorAt,
            @Nullable Instant expiresAt,
            @Nullable Instant activatedAt,
            @Nullable Instant endedAt) {}

    /**
     * What waits for money.
     *
     * @param since from when a period is unpaid; null while none is
     * @param attempts how often it was tried
     * @param nextAt when to remind, try, suspend or destroy next; null for not before it is due
     */
    record Dunning(@Nullable Instant since, int attempts, @Nullable Instant nextAt) {
        static final Dunning NONE = new Dunning(null, 0, null);
    }

    PriceComponent.Base component() {
        return terms.component();
    }

    Money price() {
        return terms.price();
    }

    @Nullable UUID holdId() {
        return course.holdId();
    }

    @Nullable Instant meteredFrom() {
        return course.meteredFrom();
    }

    @Nullable Instant expiresAt() {
        return course.expiresAt();
    }

    @Nullable Instant endedAt() {
        return course.endedAt();
    }

    Subscription in(SubscriptionState newState, String newReason) {
        return new Subscription(
                id, team, account, order, instance, terms, newState, newReason, version, course,
                dunning);
    }

    /** Paid for; a machine that is stopped stays so. */
    Subscription paid(String newReason) {
        return in(SubscriptionState.ACTIVE, isPaused() ? reason : newReason);
    }

    /** Whether its machine was stopped by its owner while it is paid for. */
    boolean isPaused() {
        return state == SubscriptionState.ACTIVE && reason.equals("paused");
    }

    Subscription on(Terms newTerms) {
        return new Subscription(
                id, team, account, order, instance, newTerms, state, reason, version, course,
                dunning);
    }

    Subscription waiting(Dunning newDunning) {
        return new Subscription(
                id,
                team,
                account,
                order,
                instance,
                terms,
                state,
                reason,
                version,
                course,
                newDunning);
    }

    private Subscription at(Course newCourse) {
        return new Subscription(
                id, team, account, order, instance, terms, state, reason, version, newCourse,
                dunning);
    }

    Subscription metering(@Nullable UUID hold, @Nullable Instant from) {
        return at(
                new Course(
                        hold,
                        course.setupHoldId(),
                        from,
                        course.anchorAt(),
                        course.expiresAt(),
                        course.activatedAt(),
                        course.endedAt()));
    }

    /** Paid ahead until a moment, by periods counted from another. */
    Subscription until(@Nullable Instant anchor, @Nullable Instant expiry) {
        return at(
                new Course(
                        course.holdId(),
                        course.setupHoldId(),
                        course.meteredFrom(),
                        anchor,
                        expiry,
                        course.activatedAt(),
                        course.endedAt()));
    }

    /** Begun: what is paid once is paid. */
    Subscription activated(Instant at) {
        return at(
                new Course(
                        course.holdId(),
                        null,
                        course.meteredFrom(),
                        course.anchorAt(),
                        course.expiresAt(),
                        at,
                        course.endedAt()));
    }

    Subscription ended(Instant at) {
        return at(
                new Course(
                        course.holdId(),
                        null,
                        course.meteredFrom(),
                        course.anchorAt(),
                        course.expiresAt(),
                        course.activatedAt(),
                        at));
    }

    /** The period that follows what is paid ahead, by the anchor. */
    Anchor.Period nextPeriod(PriceComponent.Prepaid component) {
        Instant anchor = course.anchorAt();
        if (anchor == null) {
            throw new IllegalStateException(id + " is not paid ahead");
        }
        return component.anchor(anchor, terms.zone()).at(paidUntil());
    }

    /** Until when it is paid ahead; only of what is. */
    Instant paidUntil() {
        Instant expiry = course.expiresAt();
        if (expiry == null) {
            throw new IllegalStateException(id + " is not paid ahead");
        }
        return expiry;
    }

    /** When something has to happen by itself, or null for never. */
    @Nullable Instant due() {
        return switch (state) {
            case ACTIVE -> dueWhileActive();
            case PAST_DUE, SUSPENDED -> endedAt() == null ? dunning.nextAt() : null;
            case PENDING_ACTIVATION, CANCELLED, EXPIRED -> null;
        };
    }

    private @Nullable Instant dueWhileActive() {
        Instant metered = course.meteredFrom();
        Instant reminder = dunning.nextAt();
        return switch (terms.component()) {
            case PriceComponent.Hour _ ->
                    metered == null ? null : metered.plus(Duration.ofHours(1));
            case PriceComponent.Prepaid _ -> reminder == null ? course.expiresAt() : reminder;
        };
    }
}
