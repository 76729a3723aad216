/**
 * What things cost: quotes, metered amounts, taxes, proration, periods, exchange, discounts and
 * revenue splits. Pure functions over exact amounts; no I/O, no clock.
 *
 * <p>Entrance: {@link coop.minga.platform.pricing.Pricing}. Uses nothing but the money of the
 * plugin API.
 */
@NullMarked
package coop.minga.platform.pricing;

import org.jspecify.annotations.NullMarked;
