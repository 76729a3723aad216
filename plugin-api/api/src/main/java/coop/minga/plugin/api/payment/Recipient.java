package coop.minga.plugin.api.payment;

import java.net.URI;

/**
 * Somebody who can be paid, or cannot yet.
 *
 * @param handle which one
 * @param status whether money can be sent
 */
public record Recipient(RecipientHandle handle, Status status) {

    /** Whether money can be sent. */
    public sealed interface Status {

        record Payable() implements Status {}

        /** They have to tell the vendor more. */
        record RequiresAction(URI url) implements Status {}

        /** The vendor is checking. */
        record Pending() implements Status {}

        /** The vendor will not pay them. */
        record Refused() implements Status {}
    }

    public static Recipient payable(RecipientHandle handle) {
        return new Recipient(handle, new Status.Payable());
    }

    public static Recipient requiresAction(RecipientHandle handle, URI url) {
        return new Recipient(handle, new Status.RequiresAction(url));
    }

    public static Recipient pending(RecipientHandle handle) {
        return new Recipient(handle, new Status.Pending());
    }

    public static Recipient refused(RecipientHandle handle) {
        return new Recipient(handle, new Status.Refused());
    }
}
