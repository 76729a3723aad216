package coop.minga.platform.billing;

import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What lies ahead of a team in one asset.
 *
 * @param available what can be spent now
 * @param monthly what everything that runs costs in thirty days
 * @param spent in this calendar month, with what is held
 * @param cap most that is spent in a calendar month; null for no limit
 * @param next the next payments, the earliest first
 */
public record Outlook(
        Asset asset,
        Money available,
        Money monthly,
        Money spent,
        @Nullable Money cap,
        List<Payment> next) {

    private static final long HOURS = 30 * 24;
    private static final long MONTHS = 12;
    private static final BigInteger DAYS = BigInteger.valueOf(30);

    /** A payment that comes by itself. */
    public record Payment(SubscriptionView subscription, Instant at, Money amount) {}

    public Outlook {
        next = List.copyOf(next);
    }

    /** How many whole days the available funds last; empty where nothing costs anything. */
    public Optional<Long> runwayDays() {
        if (!monthly.isPositive()) {
            return Optional.empty();
        }
        return Optional.of(
                BigInteger.valueOf(Math.max(0, available.minor()))
                        .multiply(DAYS)
                        .divide(BigInteger.valueOf(monthly.minor()))
                        .min(BigInteger.valueOf(36_500))
                        .longValueExact());
    }

    /** What running subscriptions of an asset cost in thirty days; slots end by themselves. */
    static Money monthly(Asset asset, Collection<SubscriptionView> running) {
        return running.stream().map(Outlook::monthly).reduce(Money.zero(asset), Money::plus);
    }

    private static Money monthly(SubscriptionView sub) {
        Money price = sub.price();
        return switch (sub.component()) {
            case PriceComponent.Hour _ ->
                    sub.metering()
                            ? new Money(Math.multiplyExact(price.minor(), HOURS), price.asset())
                            : Money.zero(price.asset());
            case PriceComponent.Slot _ -> Money.zero(price.asset());
            case PriceComponent.Recurring.MONTH -> price;
            case PriceComponent.Recurring.YEAR ->
                    new Money(Math.ceilDiv(price.minor(), MONTHS), price.asset());
        };
    }

    /** The payments that running subscriptions make by themselves, the earliest first. */
    static List<Payment> payments(Collection<SubscriptionView> running, Instant now) {
        return running.stream()
                .filter(sub ->
                        sub.component() instanceof PriceComponent.Recurring || sub.metering())
                .map(sub ->
                        new Payment(
                                sub,
                                sub.expiresAt().orElseGet(() -> now.plus(Duration.ofHours(1))),
                                sub.price()))
                .sorted(Comparator.comparing(Payment::at))
                .toList();
    }
}
