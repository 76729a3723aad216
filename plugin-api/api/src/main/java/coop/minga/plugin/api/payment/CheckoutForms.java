package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;

/**
 * Optional ability of a provider without pages of its own, such as a bank transfer: the host shows
 * the page where the payer pays. Capability {@link Ability#CHECKOUT_FORM}. Such a provider answers
 * {@link PaymentOutcome.Action.Form} where others answer with an address.
 */
public interface CheckoutForms {

    /**
     * The page of a payment whose payer has to act.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}; {@code CONFLICT} when
     *     there is nothing for the payer to do
     */
    CheckoutPage page(Call call, PaymentHandle handle);

    /**
     * What the payer filled in, by the page's own schema.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}; {@code CONFLICT} when
     *     there is nothing for the payer to do any more; {@code INVALID_REQUEST} when the values
     *     cannot be taken
     */
    Payment submit(Call call, PaymentHandle handle, ProviderConfig values);

    /**
     * The page on which a payer saves a method; for a provider that also keeps {@link SavedMethods}
     * and has no page of its own for that either.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}; {@code CONFLICT} when
     *     there is nothing for the payer to do
     */
    default CheckoutPage page(Call call, SetupHandle handle) {
        throw new ProviderException(ProviderException.Code.CONFLICT, "Nothing is to be filled in");
    }

    /**
     * What the payer filled in to save a method.
     *
     * @throws coop.minga.plugin.api.ProviderException as {@link #submit(Call, PaymentHandle,
     *     ProviderConfig)}
     */
    default MethodSetup submit(Call call, SetupHandle handle, ProviderConfig values) {
        throw new ProviderException(ProviderException.Code.CONFLICT, "Nothing is to be filled in");
    }
}
