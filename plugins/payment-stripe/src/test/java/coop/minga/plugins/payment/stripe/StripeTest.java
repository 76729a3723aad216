package coop.minga.plugins.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.api.payment.SetupRequest;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.RecordingContext;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A provider on a Stripe on loopback, for what the contract does not ask. */
abstract class StripeTest {

    @TempDir Path data = Path.of(".");

    final FakeStripe stripe = fake();

    private final Map<Clock, RecordingContext> contexts = new HashMap<>();

    FakeStripe fake() {
        return new FakeStripe();
    }

    @AfterEach
    final void closeStripe() {
        stripe.close();
        stripe.requireSpecified();
        RecordingContext host = host();
        assertThat(host.logged())
                .as("the log holds neither secrets nor Stripe's own words")
                .noneMatch(line ->
                        line.contains(FakeStripe.TEST_KEY)
                                || line.contains(FakeStripe.LIVE_KEY)
                                || line.contains(StripeScene.SECRET)
                                || line.contains(FakeRefusal.RAW_WORDS));
    }

    final RecordingContext host() {
        return host(Clock.systemUTC());
    }

    final RecordingContext host(Clock clock) {
        return contexts.computeIfAbsent(
                clock, c -> new RecordingContext("payment-stripe", StripeScene.HOST, c, data));
    }

    final StripePayments open() {
        return open(Clock.systemUTC(), Map.of());
    }

    final StripePayments open(Map<String, Object> more) {
        return open(Clock.systemUTC(), more);
    }

    final StripePayments open(Clock clock, Map<String, Object> more) {
        return (StripePayments)
                new StripePaymentsFactory()
                        .open(host(clock), config(StripeScene.config(stripe), more));
    }

    static ProviderConfig config(Map<String, Object> base, Map<String, Object> more) {
        Map<String, Object> raw = new HashMap<>(base);
        raw.putAll(more);
        return switch (ConfigReader.readFile(StripeConfig.schema(), raw)) {
            case Reading.Valid valid -> valid.config();
            case Reading.Invalid invalid -> throw new AssertionError(invalid.summary("en"));
        };
    }

    static String reference() {
        return "pay_" + UUID.randomUUID();
    }

    static Payment start(StripePayments provider) {
        return provider.start(
                Calls.fresh(),
                StripeScene.intent(reference(), 1000, PaymentIntent.Capture.AT_ONCE));
    }

    final Payment paid(StripePayments provider) {
        Payment started = start(provider);
        stripe.does(money -> money.pay(started.handle().value()));
        return provider.observe(Calls.fresh(), started.handle());
    }

    /** Saves a card whose bank answers with a decline code, or with nothing for yes. */
    final MethodHandle saved(StripePayments provider, String bank) {
        MethodSetup begun = provider.setup(Calls.fresh(), setup());
        stripe.does(money -> money.save(begun.handle().value(), bank));
        MethodSetup.Outcome outcome =
                provider.observeSetup(Calls.fresh(), begun.handle()).outcome();
        return ((MethodSetup.Outcome.Saved) outcome).method().handle();
    }

    static SetupRequest setup() {
        return new SetupRequest(
                "set_" + UUID.randomUUID(),
                new Payer("team_1", Optional.of("ana@example.org"), "Ana", "es"),
                Mode.TEST,
                URI.create("http://localhost:8080/methods"),
                URI.create("http://localhost:8080/methods"));
    }

    static Payment charge(StripePayments provider, MethodHandle method) {
        return charge(provider, method, Calls.key(), reference());
    }

    static Payment charge(
            StripePayments provider, MethodHandle method, IdempotencyKey key, String reference) {
        return provider.charge(
                Calls.with(key),
                StripeScene.intent(reference, 1000, PaymentIntent.Capture.AT_ONCE),
                method);
    }

    static Refund refund(
            StripePayments provider, PaymentHandle payment, IdempotencyKey key, long cents) {
        return provider.refund(
                Calls.with(key),
                new RefundRequest(
                        payment,
                        "rfd_" + key,
                        Money.of(cents, coop.minga.plugin.api.Asset.USD),
                        RefundReason.NOT_DELIVERED));
    }

    static void requireCode(ProviderException.Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(code);
                            assertThat(e.reason().in("en"))
                                    .doesNotContain(FakeRefusal.RAW_WORDS, FakeStripe.TEST_KEY);
                        });
    }
}
