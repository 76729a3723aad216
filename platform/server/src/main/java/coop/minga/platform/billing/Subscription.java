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
        Course course) {

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
                id, team, account, order, instance, terms, newState, newReason, version, course);
    }

    Subscription on(Terms newTerms) {
        return new Subscription(
                id, team, account, order, instance, newTerms, state, reason, version, course);
    }

    private Subscription at(Course newCourse) {
        return new Subscription(
                id, team, account, order, instance, terms, state, reason, version, newCourse);
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
        Instant expiry = course.expiresAt();
        Instant anchor = course.anchorAt();
        if (expiry == null || anchor == null) {
            throw new IllegalStateException(id + " is not paid ahead");
        }
        return component.anchor(anchor, terms.zone()).at(expiry);
    }

    /** When something has to happen by itself, or null for never. */
    @Nullable Instant due() {
        if (state != SubscriptionState.ACTIVE) {
            return null;
        }
        Instant metered = course.meteredFrom();
        return switch (terms.component()) {
            case PriceComponent.Hour _ ->
                    metered == null ? null : metered.plus(Duration.ofHours(1));
            case PriceComponent.Prepaid _ -> course.expiresAt();
        };
    }
}
