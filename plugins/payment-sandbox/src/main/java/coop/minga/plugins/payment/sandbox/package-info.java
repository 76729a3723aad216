/**
 * Test money for trials: every way a payment can go, chosen on a page of the host's, and nobody
 * pays.
 *
 * <p>Entrance: {@link coop.minga.plugins.payment.sandbox.SandboxPaymentsFactory}. It is its own
 * vendor. Each payment is a list of facts in the provider's state store, {@code
 * pay/{payment}/{number}}, of which the next number is claimed at most once over all hosts: whoever
 * loses looks again and decides anew. {@code order/{time}-{payment}} tells which are the oldest;
 * they are forgotten when the store fills.
 */
@NullMarked
package coop.minga.plugins.payment.sandbox;

import org.jspecify.annotations.NullMarked;
