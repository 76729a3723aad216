package coop.minga.plugin.api.payment;

/** Why money is given back. */
public enum RefundReason {
    REQUESTED_BY_CUSTOMER,
    /** What was paid for could not be delivered. */
    NOT_DELIVERED,
    DUPLICATE,
    FRAUDULENT
}
