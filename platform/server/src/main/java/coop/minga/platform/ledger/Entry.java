package coop.minga.platform.ledger;

import coop.minga.plugin.api.Money;

import java.time.Instant;

/**
 * One line of an account's statement.
 *
 * @param id opaque; also the cursor behind which the next page begins
 * @param at when
 * @param kind of the transfer
 * @param address of the account, as features name it
 * @param amount below zero when it went out
 * @param balance what the account had afterwards, what is set aside included
 * @param explains what it was for
 */
public record Entry(
        String id,
        Instant at,
        String kind,
        String address,
        Money amount,
        Money balance,
        Explains explains) {}
