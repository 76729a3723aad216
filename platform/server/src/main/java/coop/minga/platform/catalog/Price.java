package coop.minga.platform.catalog;

import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.UsageTerms;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One version of a price; never changed once written.
 *
 * @param id which version
 * @param component how it is paid for
 * @param amount for one period of the component, once, or for a use
 * @param allowance what use is included; only with a use
 * @param validFrom when this version began to apply
 */
public record Price(
        UUID id,
        PriceComponent component,
        Money amount,
        @Nullable Allowance allowance,
        Instant validFrom) {

    public Price(UUID id, PriceComponent component, Money amount, Instant validFrom) {
        this(id, component, amount, null, validFrom);
    }

    /** How a use is paid for; empty for what is not a use. */
    public Optional<UsageTerms> usageTerms() {
        return component instanceof PriceComponent.Usage usage && allowance != null
                ? Optional.of(
                        new UsageTerms(
                                usage.metric(),
                                allowance.unit(),
                                allowance.included(),
                                amount,
                                allowance.per()))
                : Optional.empty();
    }
}
