package coop.minga.plugin.api.payment;

/** What a payment provider may name among its descriptor's capabilities. */
public final class Ability {

    /**
     * Reserves money at the payer's source and takes or releases it later ({@link
     * PaymentIntent.Capture#LATER}). Without it a provider takes the money when the payer agrees.
     */
    public static final String AUTHORIZE = "authorize";

    /** {@link CheckoutForms} is implemented: the host shows the page where the payer pays. */
    public static final String CHECKOUT_FORM = "checkout-form";

    /** {@link SavedMethods} is implemented. */
    public static final String SAVED_METHODS = "saved-methods";

    /** {@link Payouts} is implemented. */
    public static final String PAYOUTS = "payouts";

    /** {@link Disputes} is implemented. */
    public static final String DISPUTES = "disputes";

    /** {@link StaffApproval} is implemented: a person says whether money came or went. */
    public static final String STAFF_APPROVAL = "staff-approval";

    /** {@link StatementImport} is implemented. */
    public static final String STATEMENT_IMPORT = "statement-import";

    private Ability() {}
}
