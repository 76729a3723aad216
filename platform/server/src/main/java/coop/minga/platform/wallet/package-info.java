/**
 * Wallets: what a team has to spend, in which bucket, and how it got there: spending order, gift
 * codes, adjustments, the welcome grant.
 *
 * <p>Entrance: {@link coop.minga.platform.wallet.WalletService}. Uses ledger, db, jobs, events,
 * audit and http.
 */
@NullMarked
package coop.minga.platform.wallet;

import org.jspecify.annotations.NullMarked;
