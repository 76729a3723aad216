package coop.minga.plugins.payment.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.net.RequestOptions;
import com.stripe.net.StripeResponse;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;

import org.jspecify.annotations.Nullable;

/** Stripe's library, bound to one call of the host at a time. */
final class StripeApi {

    /** Something to ask Stripe. */
    @FunctionalInterface
    interface Question<T> {
        T of(V1Services stripe) throws StripeException;
    }

    private final ProviderContext context;
    private final Faults faults;
    private final String key;
    private final String base;

    StripeApi(ProviderContext context, StripeConfig config) {
        this.context = context;
        this.faults = new Faults(context.logger());
        this.key = config.secretKey();
        this.base = config.base();
    }

    /** Asks; whatever goes wrong is a {@link ProviderException}. */
    <T> T ask(Call call, Question<T> question) {
        try {
            return tell(call, question);
        } catch (StripeException e) {
            throw faults.of(e);
        }
    }

    /** Asks; what Stripe answers by is the caller's to read. */
    <T> T tell(Call call, Question<T> question) throws StripeException {
        StripeClient client =
                StripeClient.builder()
                        .setApiKey(key)
                        .setApiBase(base)
                        .setMaxNetworkRetries(0)
                        .setHttpClient(new Transport(context.http(), call, context.clock()))
                        .build();
        try {
            return question.of(client.v1());
        } catch (ProviderException e) {
            throw e;
        } catch (RuntimeException e) {
            // The library trips over answers that are no JSON, or not of the shape it knows.
            throw faults.nonsense(e);
        }
    }

    ProviderException fault(StripeException e) {
        return faults.of(e);
    }

    /** Notes what Stripe said for the operator's log, without its words. */
    void note(StripeException e) {
        faults.note(e);
    }

    /**
     * Names an effect to Stripe, which remembers it for a day at least.
     *
     * @param step which of the effects that one key of the host stands for
     */
    static RequestOptions once(IdempotencyKey key, String step) {
        return RequestOptions.builder().setIdempotencyKey("minga:" + key + ":" + step).build();
    }

    /** Whether the answer is an old one: what it says may have changed since. */
    static boolean isOld(@Nullable StripeResponse response) {
        return response != null
                && response.headers()
                        .firstValue("Idempotent-Replayed")
                        .filter("true"::equals)
                        .isPresent();
    }
}
