package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.util.UUID;

/**
 * The payment methods that teams saved. Billing only says what is missing; the money comes into the
 * wallet like any other, and billing hears of it there.
 */
@FunctionalInterface
public interface SavedMethods {

    /** Where nobody can save a method. */
    SavedMethods NONE = (handle, demand) -> false;

    /**
     * Begins to charge a team's methods in their order, after the caller's transaction. The same
     * demand begins once, however often it is made.
     *
     * @return whether there is a method to charge
     */
    boolean charge(Handle handle, Demand demand);

    /**
     * What is missing.
     *
     * @param id of the demand: made from what it is for, so that it is the same when made again
     * @param account whose methods are meant
     * @param amount above zero, of an asset that is money
     * @param attempt from 1: after a method that declined comes the next
     * @param about what for: a subscription's id, or the team's own for a top-up
     */
    record Demand(
            UUID id, TeamId team, AccountId account, Money amount, int attempt, String about) {}
}
