package coop.minga.plugin.api.payment;

import java.time.Instant;
import java.util.Optional;

/**
 * What speaks for us in a dispute. Made by the host; may grow. Texts of at most 20,000 characters.
 *
 * @param explanation in the operator's words
 * @param accessLog when and from where the customer used what was bought; may be empty
 * @param customerAddress the customer's network address at the purchase
 * @param deliveredAt when the service began
 * @param receipt the receipt as text; may be empty
 */
public record Evidence(
        String explanation,
        String accessLog,
        Optional<String> customerAddress,
        Optional<Instant> deliveredAt,
        String receipt) {

    /** It names people and their addresses. */
    @Override
    public String toString() {
        return "Evidence[…]";
    }
}
