/**
 * Payments: money that comes from outside through payment providers, and goes back where it came
 * from.
 *
 * <p>A provider states facts; this room compares them with what was asked for and alone decides
 * whether the wallet is credited. Nothing is believed that comes in by itself: a webhook or a
 * browser that returns only makes the room ask the provider. Every call that has an effect has its
 * key in the database before it is made, and an unknown outcome is asked for until it is known.
 *
 * <p>Entrance: {@link coop.minga.platform.payments.Payments} for customers and operators, {@link
 * coop.minga.platform.payments.Inbox} for webhooks. Uses wallet, ledger, providers, jobs, events,
 * audit, db and http.
 */
@NullMarked
package coop.minga.platform.payments;

import org.jspecify.annotations.NullMarked;
