/**
 * Bank transfers: the payer is shown an account and a reference, and the money counts when a person
 * or a bank's statement says that it came.
 *
 * <p>Entrance: {@link coop.minga.plugins.payment.transfer.TransferFactory}. There is no vendor to
 * ask: the {@link coop.minga.plugins.payment.transfer.Ledger} in the host's state store is what is
 * known. It writes each decision once and never changes it, so that it holds over all hosts.
 */
@NullMarked
package coop.minga.plugins.payment.transfer;

import org.jspecify.annotations.NullMarked;
