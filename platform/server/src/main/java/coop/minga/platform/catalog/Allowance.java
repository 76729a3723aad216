package coop.minga.platform.catalog;

import coop.minga.platform.pricing.LimitPolicy;

/**
 * What a period has of a metric for nothing, and what happens beyond.
 *
 * @param unit in what it is counted, for example {@code GB}
 * @param included how many units a period has
 * @param per how many units one price covers, above zero
 * @param atLimit whether more is charged, slowed down or stopped
 */
public record Allowance(String unit, long included, long per, LimitPolicy atLimit) {}
