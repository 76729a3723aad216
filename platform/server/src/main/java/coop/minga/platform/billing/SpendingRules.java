package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

/**
 * What a team decided about its spending in one asset.
 *
 * @param cap most that is spent in a calendar month; null for no limit
 * @param topUpBelow below which balance saved methods are charged; null for never
 * @param topUp how much
 * @param account who decided
 * @param crossings how often the balance fell below
 */
record SpendingRules(
        Asset asset,
        @Nullable Money cap,
        @Nullable Money topUpBelow,
        @Nullable Money topUp,
        AccountId account,
        long crossings,
        long version) {}
