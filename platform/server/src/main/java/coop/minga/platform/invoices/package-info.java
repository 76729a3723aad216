/**
 * Documents about money: invoices, credit notes and receipts, numbered without gaps and never
 * changed once issued; to whom they are made out, at which tax, and on what they rest.
 *
 * <p>Entrance: {@link coop.minga.platform.invoices.InvoiceService}. Uses billing for what was
 * charged, catalog for what it was charged for, pricing for tax, identity for people, providers for
 * fiscal authorities, jobs, events and audit.
 */
@NullMarked
package coop.minga.platform.invoices;

import org.jspecify.annotations.NullMarked;
