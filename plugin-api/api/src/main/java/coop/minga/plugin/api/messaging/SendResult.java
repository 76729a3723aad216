package coop.minga.plugin.api.messaging;

/** What became of a message. */
public sealed interface SendResult {

    /** The vendor has it. */
    record Sent(String vendorId) implements SendResult {}

    /** The vendor will try; ask again later. */
    record Pending(String vendorId) implements SendResult {}

    /** It will not be delivered to this address. */
    record Declined(String reason) implements SendResult {}

    static SendResult sent(String vendorId) {
        return new Sent(vendorId);
    }

    static SendResult pending(String vendorId) {
        return new Pending(vendorId);
    }

    static SendResult declined(String reason) {
        return new Declined(reason);
    }
}
