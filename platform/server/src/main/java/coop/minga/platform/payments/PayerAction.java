package coop.minga.platform.payments;

import coop.minga.plugin.api.payment.PaymentOutcome;

import org.jspecify.annotations.Nullable;

/**
 * What a payer has to do, as it is kept and shown. A token is not kept: it lets its bearer pay.
 *
 * @param kind {@code redirect}, {@code token} or {@code form}
 * @param url where to go; null unless it is a redirect
 */
record PayerAction(String kind, @Nullable String url) {

    static PayerAction of(PaymentOutcome.Action action) {
        return switch (action) {
            case PaymentOutcome.Action.Redirect redirect ->
                    new PayerAction("redirect", redirect.url().toString());
            case PaymentOutcome.Action.ClientToken _ -> new PayerAction("token", null);
            case PaymentOutcome.Action.Form _ -> new PayerAction("form", null);
        };
    }
}
