package coop.minga.plugins.payment.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.CheckoutForms;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Dispute;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.Disputes;
import coop.minga.plugin.api.payment.Evidence;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.api.payment.SetupRequest;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.MovableClock;
import coop.minga.plugin.testkit.PaymentProviderContract;
import coop.minga.plugin.testkit.RecordingContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

final class SandboxPaymentsTest extends PaymentProviderContract {

    private static final String SECRET = "s3cret-of-test-hooks";

    @TempDir Path data;

    @Override
    protected ProviderFactory<PaymentProvider> factory() {
        return new SandboxPaymentsFactory();
    }

    @Override
    protected Map<String, Object> config() {
        return Map.of("hook_secret", SECRET);
    }

    @Override
    protected int madeAtVendor(String reference) {
        return (int)
                new Book(context().state())
                        .since(Instant.EPOCH).stream()
                                .filter(made -> made.start().text("reference").equals(reference))
                                .count();
    }

    @Override
    protected void pay(PaymentProvider provider, Payment started) {
        choose(provider, started.handle(), Card.SUCCEEDS);
    }

    @Override
    protected Optional<DeclineReason> decline(PaymentProvider provider, Payment started) {
        choose(provider, started.handle(), Card.INSUFFICIENT_FUNDS);
        return Optional.of(DeclineReason.INSUFFICIENT_FUNDS);
    }

    @Override
    protected Optional<RawRequest> hook(PaymentProvider provider, Payment payment, Instant at) {
        return Optional.of(Hooks.signed(SECRET, "evt_1", payment.handle(), at));
    }

    @Override
    protected Set<String> signatureHeaders() {
        return Set.of(Hooks.HEADER);
    }

    @Override
    protected Optional<Map<String, Object>> withoutHookSecret() {
        return Optional.of(Map.of("hook_secret", " "));
    }

    @Override
    protected Optional<DisputeHandle> dispute(PaymentProvider provider, Payment paid) {
        return Optional.of(((SandboxPayments) provider).openDispute(paid.handle()));
    }

    @Override
    protected void save(PaymentProvider provider, MethodSetup begun) {
        keep(provider, begun, Card.SUCCEEDS);
    }

    private static MethodSetup keep(PaymentProvider provider, MethodSetup begun, Card card) {
        return ((CheckoutForms) provider)
                .submit(
                        Calls.fresh(),
                        begun.handle(),
                        new ProviderConfig(Map.of(CheckoutForm.CARD, card.number())));
    }

    @Test
    void savedCardWithoutFundsIsDeclinedWhenItIsCharged() {
        SandboxPayments provider = (SandboxPayments) open();
        MethodSetup begun =
                provider.setup(
                        Calls.fresh(),
                        new SetupRequest(
                                "pmt_1",
                                new Payer("team_1", Optional.empty(), "Ana", "es"),
                                Mode.TEST,
                                URI.create("http://localhost:8080/methods"),
                                URI.create("http://localhost:8080/methods")));
        assertThat(keep(provider, begun, Card.INSUFFICIENT_FUNDS).outcome())
                .isInstanceOfSatisfying(
                        MethodSetup.Outcome.Saved.class,
                        saved ->
                                assertThat(
                                                provider.charge(
                                                                Calls.fresh(),
                                                                tenDollars(),
                                                                saved.method().handle())
                                                        .outcome())
                                        .isEqualTo(
                                                PaymentOutcome.declined(
                                                        DeclineReason.INSUFFICIENT_FUNDS)));
    }

    @Test
    void cardThatIsRefusedAtOnceIsNotSaved() {
        SandboxPayments provider = (SandboxPayments) open();
        MethodSetup begun =
                provider.setup(
                        Calls.fresh(),
                        new SetupRequest(
                                "pmt_2",
                                new Payer("team_1", Optional.empty(), "Ana", "es"),
                                Mode.TEST,
                                URI.create("http://localhost:8080/methods"),
                                URI.create("http://localhost:8080/methods")));
        assertThat(keep(provider, begun, Card.EXPIRED).outcome())
                .isEqualTo(new MethodSetup.Outcome.Declined(DeclineReason.EXPIRED_CARD));
    }

    private static Payment choose(PaymentProvider provider, PaymentHandle payment, Card card) {
        return ((CheckoutForms) provider)
                .submit(
                        Calls.fresh(),
                        payment,
                        new ProviderConfig(Map.of(CheckoutForm.CARD, card.number())));
    }

    private static Payment answer(PaymentProvider provider, PaymentHandle payment, String answer) {
        return ((CheckoutForms) provider)
                .submit(
                        Calls.fresh(),
                        payment,
                        new ProviderConfig(Map.of(CheckoutForm.ANSWER, answer)));
    }

    private final MovableClock clock = MovableClock.at("2026-11-20T10:00:00Z");

    private PaymentProvider onStillClock() {
        return factory()
                .open(
                        new RecordingContext("payment-sandbox", "h", clock, data),
                        new ProviderConfig(Map.of("settle_after", Duration.ofSeconds(20))));
    }

    private static PaymentHandle start(PaymentProvider provider, IdempotencyKey key) {
        return provider.start(Calls.with(key), tenDollars()).handle();
    }

    private static PaymentIntent tenDollars() {
        return new PaymentIntent(
                "pay_1",
                Money.of(1000, coop.minga.plugin.api.Asset.USD),
                Mode.TEST,
                PaymentIntent.Capture.AT_ONCE,
                new Payer("team_1", Optional.empty(), "", "en"),
                "Top-up",
                URI.create("http://localhost/"),
                URI.create("http://localhost/"));
    }

    @Test
    void servesTrialsOnly() {
        assertThat(factory().descriptor().trialOnly()).isTrue();
        assertThat(open().mode()).isEqualTo(Mode.TEST);
    }

    @ParameterizedTest
    @CsvSource({
        "DECLINED, CARD_DECLINED",
        "EXPIRED, EXPIRED_CARD",
        "INCORRECT_CVC, INCORRECT_CVC",
        "PROCESSING_ERROR, TEMPORARY_FAILURE",
        "TURNS_BACK, CANCELED_BY_PAYER",
    })
    void cardsThatFailSayWhy(Card card, DeclineReason reason) {
        PaymentProvider provider = onStillClock();
        assertThat(choose(provider, start(provider, Calls.key()), card).outcome())
                .isEqualTo(PaymentOutcome.declined(reason));
    }

    @Test
    void cardThatNeedsAStepWaitsForTheAnswer() {
        PaymentProvider provider = onStillClock();
        PaymentHandle yes = start(provider, Calls.key());
        assertThat(choose(provider, yes, Card.NEEDS_A_STEP).outcome())
                .isEqualTo(PaymentOutcome.form());
        assertThat(answer(provider, yes, "confirm").outcome())
                .isEqualTo(PaymentOutcome.succeeded());
        PaymentHandle no = start(provider, Calls.key());
        choose(provider, no, Card.NEEDS_A_STEP);
        assertThat(answer(provider, no, "deny").outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.AUTHENTICATION_FAILED));
    }

    @Test
    void lateMoneySettlesOrFailsWhenItsTimeHasCome() {
        PaymentProvider provider = onStillClock();
        PaymentHandle comes = start(provider, Calls.key());
        PaymentHandle fails = start(provider, Calls.key());
        assertThat(choose(provider, comes, Card.SETTLES_LATE).outcome())
                .isEqualTo(PaymentOutcome.pending());
        choose(provider, fails, Card.FAILS_LATE);
        clock.move(Duration.ofSeconds(19));
        assertThat(provider.observe(Calls.fresh(), comes).captured().isZero()).isTrue();
        clock.move(Duration.ofSeconds(1));
        assertThat(provider.observe(Calls.fresh(), comes).captured().minor()).isEqualTo(1000);
        assertThat(provider.observe(Calls.fresh(), fails).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.SETTLEMENT_FAILED));
    }

    @Test
    void disputedCardIsNotRefundedAndItsDisputeCanBeWon() {
        PaymentProvider provider = onStillClock();
        PaymentHandle payment = start(provider, Calls.key());
        assertThat(choose(provider, payment, Card.DISPUTED).outcome())
                .isEqualTo(PaymentOutcome.succeeded());
        assertThat(
                        provider.refund(
                                        Calls.fresh(),
                                        new RefundRequest(
                                                payment,
                                                "rfd_1",
                                                Money.of(1, coop.minga.plugin.api.Asset.USD),
                                                RefundReason.DUPLICATE))
                                .outcome())
                .isEqualTo(RefundOutcome.declined(RefundOutcome.Reason.DISPUTED));
        Disputes disputes = (Disputes) provider;
        DisputeHandle dispute =
                disputes.listDisputes(
                                Calls.fresh(),
                                Instant.EPOCH,
                                coop.minga.plugin.api.Page.Token.FIRST)
                        .items()
                        .getFirst()
                        .handle();
        Evidence evidence = new Evidence("winning", "", Optional.empty(), Optional.empty(), "");
        assertThat(disputes.answer(Calls.fresh(), dispute, evidence, true).state())
                .isEqualTo(Dispute.State.UNDER_REVIEW);
        clock.move(Duration.ofMinutes(1));
        assertThat(disputes.observeDispute(Calls.fresh(), dispute).state())
                .isEqualTo(Dispute.State.WON);
    }

    @Test
    void unfinishedCheckoutExpires() {
        PaymentProvider provider = onStillClock();
        PaymentHandle payment = start(provider, Calls.key());
        clock.move(History.OPEN_FOR);
        assertThat(provider.observe(Calls.fresh(), payment).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.EXPIRED));
    }

    @Test
    void hostIsToldWhenThePayerHasChosen() {
        RecordingContext host = new RecordingContext("payment-sandbox", "h", clock, data);
        PaymentProvider provider =
                factory()
                        .open(
                                host,
                                new ProviderConfig(Map.of("settle_after", Duration.ofSeconds(20))));
        IdempotencyKey key = Calls.key();
        choose(provider, start(provider, key), Card.SUCCEEDS);
        assertThat(host.changes()).containsExactly(key);
    }

    @Test
    void oldestPaymentsAreForgottenBeforeTheStoreFills() {
        PaymentProvider provider = onStillClock();
        IdempotencyKey first = Calls.key();
        start(provider, first);
        for (int i = 0; i < 600; i++) {
            clock.move(Duration.ofSeconds(1));
            choose(provider, start(provider, Calls.key()), Card.SUCCEEDS);
        }
        assertThat(provider.find(Calls.fresh(), first)).isEmpty();
        IdempotencyKey last = Calls.key();
        start(provider, last);
        assertThat(provider.find(Calls.fresh(), last)).isPresent();
    }

    @Test
    void secretIsMadeUpOnceWhereNoneIsConfigured() {
        RecordingContext host = new RecordingContext("payment-sandbox", "h", clock, data);
        assertThat(Hooks.of(host, Optional.empty()).canCheck()).isTrue();
        Optional<String> kept = host.state().get("hook-secret");
        assertThat(Hooks.of(host, Optional.empty()).canCheck()).isTrue();
        assertThat(host.state().get("hook-secret")).isEqualTo(kept).isPresent();
    }
}
