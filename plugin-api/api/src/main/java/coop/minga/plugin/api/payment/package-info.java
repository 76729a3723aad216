/**
 * Payment providers: whoever takes a customer's money for the operator and gives it back.
 *
 * <p>A plugin states facts; only the host moves money in the books. What a provider says is
 * compared with what was asked for (amount, asset, receiving account, test or live) before anything
 * is credited.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.payment.PaymentProvider}, made by a {@link
 * coop.minga.plugin.api.payment.PaymentProviderFactory}. Optional abilities are interfaces beside
 * it, named in {@link coop.minga.plugin.api.payment.Ability}: {@link
 * coop.minga.plugin.api.payment.CheckoutForms}, {@link coop.minga.plugin.api.payment.SavedMethods},
 * {@link coop.minga.plugin.api.payment.Payouts}, {@link coop.minga.plugin.api.payment.Disputes},
 * {@link coop.minga.plugin.api.payment.StaffApproval}, {@link
 * coop.minga.plugin.api.payment.StatementImport}. Requests ({@code PaymentIntent}, {@code
 * RefundRequest} …) are made by the host and may grow; results ({@code Payment}, {@code Refund} …)
 * are made through their static factories.
 */
@NullMarked
package coop.minga.plugin.api.payment;

import org.jspecify.annotations.NullMarked;
