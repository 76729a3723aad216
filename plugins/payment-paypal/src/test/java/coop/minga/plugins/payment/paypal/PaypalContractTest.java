package coop.minga.plugins.payment.paypal;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.PaymentProviderContract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The contract of payment providers, kept by PayPal's library against a PayPal on loopback. */
class PaypalContractTest extends PaymentProviderContract {

    private static Signer signer;

    private final FakePaypal paypal = new FakePaypal(signer);

    @BeforeAll
    static void makeKeys(@TempDir Path folder) {
        signer = Signer.named(folder, "messageverificationcerts.sandbox.paypal.com", 30, "-1d");
    }

    @AfterEach
    final void closePaypal() {
        paypal.close();
        assertThat(paypal.problems()).as("differences from PayPal's description").isEmpty();
    }

    @Override
    protected ProviderFactory<PaymentProvider> factory() {
        return paypal.factory();
    }

    @Override
    protected Map<String, Object> config() {
        return Scene.config();
    }

    @Override
    protected Optional<Map<String, Object>> wrongCredentials() {
        return Optional.of(with("client_secret", "somebody-elses-secret"));
    }

    @Override
    protected Optional<Map<String, Object>> withoutHookSecret() {
        return Optional.of(with("webhook_id", " "));
    }

    private Map<String, Object> with(String name, Object value) {
        Map<String, Object> values = new HashMap<>(config());
        values.put(name, value);
        return values;
    }

    @Override
    protected int madeAtVendor(String reference) {
        return paypal.books.ordersFor(reference);
    }

    @Override
    protected void pay(PaymentProvider provider, Payment started) {
        paypal.books.approve(started.handle().value());
    }

    @Override
    protected Optional<DeclineReason> decline(PaymentProvider provider, Payment started) {
        paypal.books.approve(started.handle().value());
        paypal.books.nextCapture("DECLINED");
        provider.capture(Calls.fresh(), started.handle(), started.amount());
        return Optional.of(DeclineReason.FUNDING_SOURCE_DECLINED);
    }

    @Override
    protected Optional<RawRequest> hook(PaymentProvider provider, Payment payment, Instant at) {
        return Optional.of(
                paypal.hook(
                        "CHECKOUT.ORDER.APPROVED",
                        paypal.books.order(payment.handle().value()),
                        at));
    }

    @Override
    protected Set<String> signatureHeaders() {
        return Set.of(Hooks.ID, Hooks.TIME, Hooks.SIGNATURE, Hooks.CERTIFICATE, Hooks.ALGORITHM);
    }

    @Override
    protected Optional<Duration> hookTolerance() {
        return Optional.of(Hooks.LATE);
    }

    @Override
    protected RecipientHandle recipient(Payouts payouts) {
        return new RecipientHandle("seller@example.org");
    }

    @Override
    protected Optional<AutoCloseable> stall() {
        return Optional.of(paypal.stall());
    }
}
