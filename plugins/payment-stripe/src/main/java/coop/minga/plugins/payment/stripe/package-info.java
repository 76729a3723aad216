/**
 * Payments through Stripe: hosted checkout, saved cards, refunds, disputes, and payouts through
 * Connect.
 *
 * <p>Entrance: {@link coop.minga.plugins.payment.stripe.StripePaymentsFactory}. Keeps nothing of
 * its own: whatever is made at Stripe carries the host, the key and the reference in its metadata
 * ({@link coop.minga.plugins.payment.stripe.Tags}) and is found again there. Stripe's library runs
 * on the host's HTTP client ({@link coop.minga.plugins.payment.stripe.Transport}), so that
 * deadlines, interrupts and declared hosts hold. Uses the plugin API and stripe-java only.
 */
@NullMarked
package coop.minga.plugins.payment.stripe;

import org.jspecify.annotations.NullMarked;
