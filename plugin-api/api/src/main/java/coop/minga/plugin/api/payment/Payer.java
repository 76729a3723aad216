package coop.minga.plugin.api.payment;

import java.util.Optional;

/**
 * Who pays. Made by the host; may grow.
 *
 * @param reference the host's own name for the customer, the same at every payment; what a vendor's
 *     customer record is tied to
 * @param email where the vendor may send its receipt
 * @param name for people; may be empty
 * @param language ISO 639-1, for the vendor's pages
 */
public record Payer(String reference, Optional<String> email, String name, String language) {

    /** Without what identifies a person. */
    @Override
    public String toString() {
        return "Payer[reference=" + reference + ", language=" + language + "]";
    }
}
