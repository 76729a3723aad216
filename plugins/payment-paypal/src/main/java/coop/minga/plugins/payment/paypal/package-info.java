/**
 * Payments through PayPal: orders that the payer approves on PayPal's pages and that the host
 * captures, refunds, payouts, and PayPal's webhooks.
 *
 * <p>Entrance: {@link coop.minga.plugins.payment.paypal.PaypalFactory}. PayPal's own client library
 * makes the requests for orders and refunds; they travel through the host's HTTP client, so that
 * deadlines, interrupts and the declared hosts hold for them too ({@link
 * coop.minga.plugins.payment.paypal.Api}). What the library does not know (tokens, webhooks,
 * payouts) is plain JSON over the same way.
 */
@NullMarked
package coop.minga.plugins.payment.paypal;

import org.jspecify.annotations.NullMarked;
