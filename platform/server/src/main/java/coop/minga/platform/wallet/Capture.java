package coop.minga.platform.wallet;

import coop.minga.plugin.api.Money;

import java.util.UUID;

/**
 * Funds taken.
 *
 * @param id keep it: it is what a refund refers to
 * @param amount what was taken; the rest of the hold is free again
 */
public record Capture(UUID id, Money amount) {}
