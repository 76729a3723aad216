package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Money;

/**
 * Optional ability of a provider that cannot see by itself whether money came or went, such as a
 * bank transfer: a person of the operator's says so. Capability {@link Ability#STAFF_APPROVAL}. Who
 * may say it is the host's.
 */
public interface StaffApproval {

    /**
     * Money arrived. What arrived late is taken too; what was given up is not.
     *
     * @param received what the person sees on the account
     * @param note why, in the person's words
     * @return the payment, captured; as it stands when it was captured before
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}; {@code CONFLICT} when the
     *     payment was given up; {@code INVALID_REQUEST} when {@code received} is not exactly its
     *     amount
     */
    Payment confirm(Call call, PaymentHandle handle, Money received, String note);

    /**
     * No money will come.
     *
     * @return the payment, declined; as it stands when it was captured before
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    Payment reject(Call call, PaymentHandle handle, String note);

    /**
     * A refund was sent back by the person.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}; {@code CONFLICT} when it
     *     was declined
     */
    Refund confirmRefund(Call call, RefundHandle handle, String note);
}
