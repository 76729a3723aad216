package coop.minga.plugin.api.payment;

/**
 * Why a payment is not made, in categories: the words for the customer are the host's. A provider
 * maps the vendor's codes to these and logs the rest.
 */
public enum DeclineReason {
    /** The bank wants the payer to confirm; possible with the payer present only. */
    AUTHENTICATION_REQUIRED,
    /** The payer tried to confirm, and the bank did not believe it. */
    AUTHENTICATION_FAILED,
    /** The source has not enough money. */
    INSUFFICIENT_FUNDS,
    /**
     * The bank says no without a reason to show. Lost, stolen and suspected cards are this one: the
     * payer must not learn which.
     */
    CARD_DECLINED,
    EXPIRED_CARD,
    INCORRECT_CVC,
    INCORRECT_NUMBER,
    INVALID_EXPIRY,
    /** The vendor or bank failed on the way; the same may work later. Nothing was taken. */
    TEMPORARY_FAILURE,
    /** Tried too often; not again for a day. */
    TOO_MANY_ATTEMPTS,
    AMOUNT_TOO_SMALL,
    AMOUNT_TOO_LARGE,
    /** Not in this currency, or not between these countries. */
    NOT_SUPPORTED,
    /** The saved method is no longer there: it has to be added again. */
    METHOD_GONE,
    /** The chosen source within the vendor's wallet does not pay; another one may. */
    FUNDING_SOURCE_DECLINED,
    /** The vendor refuses this payer or payment, whatever the source. */
    REFUSED_BY_PROVIDER,
    /** The payer turned back. */
    CANCELED_BY_PAYER,
    /** The host gave it up. */
    CANCELED_BY_HOST,
    /** The payer did not finish in time. */
    EXPIRED,
    /** Looked well at first and was not settled after all. */
    SETTLEMENT_FAILED
}
