package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.MovableClock;
import coop.minga.plugin.testkit.RecordingContext;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A host with PayPal configured, against a PayPal on loopback. */
final class Scene implements AutoCloseable {

    static final Money TEN = Money.of(1000, Asset.USD);

    final FakePaypal paypal;
    final MovableClock clock = MovableClock.at(Instant.now().toString());
    final RecordingContext context;

    Scene(Signer signer, Path folder) {
        this.paypal = new FakePaypal(signer);
        this.context = new RecordingContext("test", "host-1", clock, folder);
    }

    static Map<String, Object> config() {
        return Map.of(
                "mode", "sandbox",
                "client_id", FakePaypal.CLIENT,
                "client_secret", FakePaypal.SECRET,
                "webhook_id", FakePaypal.WEBHOOK);
    }

    PaymentProvider open() {
        return open(Map.of());
    }

    PaymentProvider open(Map<String, Object> more) {
        return open(paypal.factory(), more);
    }

    PaymentProvider open(PaypalFactory factory, Map<String, Object> more) {
        Map<String, Object> values = new HashMap<>(config());
        values.putAll(more);
        if (ConfigReader.readFile(factory.descriptor().schema(), values)
                instanceof Reading.Valid valid) {
            ProviderConfig config = valid.config();
            return factory.open(context, config);
        }
        throw new AssertionError("The values do not fit the schema");
    }

    static PaymentIntent intent(Money amount, PaymentIntent.Capture capture) {
        String reference = "pay_" + UUID.randomUUID();
        return new PaymentIntent(
                reference,
                amount,
                Mode.TEST,
                capture,
                new Payer("team_1", Optional.of("ana@example.org"), "Ana", "es"),
                "Top-up",
                URI.create("https://shop.example.org/wallet?payment=" + reference),
                URI.create("https://shop.example.org/wallet"));
    }

    static PaymentIntent intent() {
        return intent(TEN, PaymentIntent.Capture.AT_ONCE);
    }

    /** A payment that the payer has approved. */
    Payment approved(PaymentProvider provider) {
        Payment payment = provider.start(Calls.fresh(), intent());
        paypal.books.approve(payment.handle().value());
        return payment;
    }

    Payment paid(PaymentProvider provider) {
        Payment payment = approved(provider);
        return provider.capture(Calls.fresh(), payment.handle(), payment.amount());
    }

    static RefundRequest refund(Payment payment, long minor) {
        return new RefundRequest(
                payment.handle(),
                "rfd_" + UUID.randomUUID(),
                Money.of(minor, payment.amount().asset()),
                RefundReason.REQUESTED_BY_CUSTOMER);
    }

    /** A call whose deadline is told by the moved clock. */
    Call later() {
        return new Call(clock.instant().plusSeconds(30), "0".repeat(32), "system", Calls.key());
    }

    static IdempotencyKey key() {
        return Calls.key();
    }

    @Override
    public void close() {
        paypal.close();
    }
}
