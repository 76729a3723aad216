package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Money;

/**
 * A request to send money. Made by the host; may grow.
 *
 * @param recipient to whom
 * @param reference the host's public id of this payout
 * @param amount above zero
 * @param mode must be the provider's own
 * @param description one line for the recipient's statement
 */
public record PayoutRequest(
        RecipientHandle recipient, String reference, Money amount, Mode mode, String description) {

    public PayoutRequest {
        if (!amount.isPositive()) {
            throw new IllegalArgumentException("A payout is above zero, not " + amount);
        }
    }
}
