package coop.minga.platform.payments;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.jobs.Jobs;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Collects debts from customers' saved methods while the customers are away. Works inside the
 * caller's transaction; a job then does it. What comes in is credited to the customer's balance;
 * what becomes of it is told by the fact {@code payments.payment}, whose {@code charge} is the name
 * given here. Thread-safe.
 */
public final class Collector {

    private final PaymentStore store;
    private final Methods methods;
    private final Payments.Parts parts;
    private final Jobs jobs;

    Collector(Payments.Parts parts, PaymentStore store, Methods methods) {
        this.parts = parts;
        this.store = store;
        this.methods = methods;
        this.jobs = parts.jobs();
    }

    /**
     * A saved method that can be charged.
     *
     * @param label for people
     */
    public record Source(MethodId id, String provider, String label) {}

    /** A team's saved methods in the order in which they are to be tried, the default first. */
    public List<Source> sources(Handle handle, TeamId team) {
        return methods.chargeable(handle, team).stream()
                .map(method ->
                        new Source(method.id(), method.provider(), method.standing().label()))
                .toList();
    }

    /** Which attempt at which debt a charge is: {@code charge/{debt}/{attempt}}. */
    public static String charge(String debt, int attempt) {
        return "charge/" + debt + "/" + attempt;
    }

    /**
     * Has a saved method charged. The same attempt at the same debt is one charge, whatever else is
     * asked for.
     *
     * @param debt the public id of what is owed, such as an invoice's
     * @param attempt from 1; another attempt is another charge
     * @param amount of an asset that is money, above zero
     * @return the payment; empty when the method cannot be charged any more
     */
    public Optional<PaymentId> charge(
            Handle handle,
            TeamId team,
            AccountId account,
            String debt,
            int attempt,
            Money amount,
            MethodId method) {
        String charge = charge(debt, attempt);
        Optional<PaymentId> there = store.byCharge(handle, charge);
        if (there.isPresent()) {
            return there;
        }
        return methods.chargeable(handle, team, method)
                .map(saved -> begin(handle, saved, account, charge, amount));
    }

    private PaymentId begin(
            Handle handle, StoredMethod method, AccountId account, String charge, Money amount) {
        PaymentId id = new PaymentId(parts.ids().next());
        Instant now = parts.clock().instant();
        store.insert(
                handle,
                new StoredPayment(
                        id,
                        method.team(),
                        account,
                        Purpose.DEBT,
                        method.id(),
                        method.provider(),
                        method.mode(),
                        amount,
                        charge,
                        Intents.startKey(id),
                        Standing.created(amount),
                        Money.zero(amount.asset()),
                        parts.ids().next(),
                        0,
                        now,
                        now),
                now.plus(Settlement.SOON));
        jobs.enqueue(handle, CheckJob.TYPE, id.toString(), new CheckJob.Check(id));
        return id;
    }
}
