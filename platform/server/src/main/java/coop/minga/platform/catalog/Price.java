package coop.minga.platform.catalog;

import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

import java.time.Instant;
import java.util.UUID;

/**
 * One version of a price; never changed once written.
 *
 * @param id which version
 * @param component how it is paid for
 * @param amount for one period of the component
 * @param validFrom when this version began to apply
 */
public record Price(UUID id, PriceComponent component, Money amount, Instant validFrom) {}
