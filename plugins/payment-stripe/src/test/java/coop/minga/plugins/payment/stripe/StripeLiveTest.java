package coop.minga.plugins.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.testkit.Calls;

import org.junit.jupiter.api.Test;

import java.util.Map;

/** Real money and test money never meet. */
final class StripeLiveTest extends StripeTest {

    private static final Map<String, Object> LIVE =
            Map.of(StripeConfig.MODE, "live", StripeConfig.SECRET_KEY, FakeStripe.LIVE_KEY);

    @Override
    FakeStripe fake() {
        return new FakeStripe(true);
    }

    @Test
    void realMoneyIsSaidToBeReal() {
        StripePayments provider = open(LIVE);
        assertThat(provider.mode()).isEqualTo(Mode.LIVE);
        requireCode(Code.INVALID_REQUEST, () -> start(provider));
        PaymentIntent test = StripeScene.intent(reference(), 1000, PaymentIntent.Capture.AT_ONCE);
        Payment payment =
                provider.start(
                        Calls.fresh(),
                        new PaymentIntent(
                                test.reference(),
                                test.amount(),
                                Mode.LIVE,
                                test.capture(),
                                test.payer(),
                                test.description(),
                                test.returnUrl(),
                                test.cancelUrl()));
        assertThat(payment.mode()).isEqualTo(Mode.LIVE);
    }

    @Test
    void withoutAnEndpointRealPaymentsAreNoticedLateAndPreflightSaysSo() {
        ProbeResult result = open(LIVE).probe(Calls.fresh());
        assertThat(result.status()).isEqualTo(ProbeResult.Status.DEGRADED);
        assertThat(result.reason().in("es")).contains("/hooks/payment-stripe");
    }

    @Test
    void testKeyIsNothingToRealMoney() {
        assertThat(open(Map.of()).probe(Calls.fresh()).status())
                .isEqualTo(ProbeResult.Status.FAILED);
    }
}
