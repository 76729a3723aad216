/**
 * Subscriptions and their meters: slots paid whole, hours metered by the second on recorded spans.
 *
 * <p>Entrance: {@link coop.minga.platform.billing.BillingService}. Uses wallet, ledger, pricing,
 * catalog, db, jobs and events.
 */
@NullMarked
package coop.minga.platform.billing;

import org.jspecify.annotations.NullMarked;
