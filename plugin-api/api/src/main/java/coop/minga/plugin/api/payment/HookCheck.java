package coop.minga.plugin.api.payment;

/** How a provider's webhooks are proven genuine, and so when the host checks them. */
public enum HookCheck {
    /** By arithmetic over the request: checked before it is answered, a bad one leaves nothing. */
    IN_REQUEST,
    /** By asking the vendor: stored and answered first, checked afterwards. */
    AFTER_STORING,
    /** There are none: the host's address answers 404. */
    NONE
}
