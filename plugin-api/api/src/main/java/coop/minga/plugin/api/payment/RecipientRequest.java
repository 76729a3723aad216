package coop.minga.plugin.api.payment;

import java.net.URI;

/**
 * A request to make somebody payable. Made by the host; may grow.
 *
 * @param reference the host's own name for them, the same at every payout
 * @param address where the vendor knows them by, such as an e-mail address; may be empty
 * @param country ISO 3166-1 alpha-2
 * @param mode must be the provider's own
 * @param returnUrl where their browser goes after the vendor's pages; arriving there proves nothing
 */
public record RecipientRequest(
        String reference, String address, String country, Mode mode, URI returnUrl) {

    /** Without what identifies a person. */
    @Override
    public String toString() {
        return "RecipientRequest[reference=" + reference + ", country=" + country + "]";
    }
}
