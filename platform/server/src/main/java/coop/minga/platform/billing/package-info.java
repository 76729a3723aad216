/**
 * Subscriptions and their meters: slots paid whole, hours metered by the second on recorded spans.
 *
 * <p>Entrances: {@link coop.minga.platform.billing.BillingService}, and {@link
 * coop.minga.platform.billing.Charges} for who puts charges on paper. Uses wallet, ledger, pricing,
 * catalog, db, jobs and events.
 */
@NullMarked
package coop.minga.platform.billing;

import org.jspecify.annotations.NullMarked;
