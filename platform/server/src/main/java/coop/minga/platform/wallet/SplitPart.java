package coop.minga.platform.wallet;

import coop.minga.plugin.api.Money;

/**
 * What one party gets of a revenue.
 *
 * @param party {@code operator}, or another party of the split rule; becomes part of a ledger
 *     address, so only {@code [a-z0-9_/-]}
 * @param amount zero is left out
 * @param rule the split rule and version it came from, for example {@code standard@1}
 */
public record SplitPart(String party, Money amount, String rule) {}
