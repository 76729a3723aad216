package coop.minga.plugins.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.LoopbackVendor.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Whatever happens on the way: one effect, and the truth of what became of it. */
final class StripeFaultsTest extends StripeTest {

    private final String reference = reference();
    private final IdempotencyKey key = Calls.key();

    private static PaymentIntent intent(String reference) {
        return StripeScene.intent(reference, 1000, PaymentIntent.Capture.AT_ONCE);
    }

    private void losePosts(int times) {
        for (int i = 0; i < times; i++) {
            stripe.vendor().next(r -> r.method().equals("POST"), Fault.WORK_THEN_DROP);
        }
    }

    @Test
    void lostReplyIsAskedForAgainWithTheSameKey() {
        losePosts(2);
        Payment payment = open().start(Calls.with(key), intent(reference));
        assertThat(payment.outcome()).isInstanceOf(PaymentOutcome.RequiresAction.class);
        assertThat(stripe.count("checkout.session", reference)).isEqualTo(1);
    }

    @Test
    void crashBetweenStripesSuccessAndOursIsFoundByItsKey() {
        losePosts(3);
        requireCode(Code.UNAVAILABLE, () -> open().start(Calls.with(key), intent(reference)));
        Payment found = open().find(Calls.fresh(), key).orElseThrow();
        assertThat(found.reference()).isEqualTo(reference);
        assertThat(open().start(Calls.with(key), intent(reference)).handle())
                .isEqualTo(found.handle());
        assertThat(stripe.count("checkout.session", reference)).isEqualTo(1);
    }

    @Test
    void crashAfterAChargeIsFoundByItsKeyAndChargesOnce() {
        StripePayments provider = open();
        MethodHandle card = saved(provider, "");
        losePosts(3);
        requireCode(Code.UNAVAILABLE, () -> charge(provider, card, key, reference));
        Payment found = open().find(Calls.fresh(), key).orElseThrow();
        assertThat(found.outcome()).isEqualTo(PaymentOutcome.succeeded());
        assertThat(charge(open(), card, key, reference).handle()).isEqualTo(found.handle());
        assertThat(stripe.count("payment_intent", reference)).isEqualTo(1);
    }

    @Test
    void crashAfterARefundIsFoundByItsKeyAndGivesBackOnce() {
        StripePayments provider = open();
        Payment paid = paid(provider);
        losePosts(3);
        requireCode(Code.UNAVAILABLE, () -> refund(provider, paid.handle(), key, 400));
        Refund found = open().findRefund(Calls.fresh(), key).orElseThrow();
        assertThat(found.outcome()).isEqualTo(RefundOutcome.succeeded());
        assertThat(refund(open(), paid.handle(), key, 400).handle()).isEqualTo(found.handle());
        assertThat(provider.observe(Calls.fresh(), paid.handle()).refunded().minor())
                .isEqualTo(400);
    }

    @Test
    void keysThatStripeForgotAfterADayChargeAndRefundNothingMore() {
        StripePayments provider = open();
        MethodHandle card = saved(provider, "");
        Payment charged = charge(provider, card, key, reference);
        IdempotencyKey back = Calls.key();
        Refund refunded = refund(provider, charged.handle(), back, 300);
        stripe.forgetKeys();
        assertThat(charge(provider, card, key, reference).handle()).isEqualTo(charged.handle());
        assertThat(refund(provider, charged.handle(), back, 300).handle())
                .isEqualTo(refunded.handle());
        assertThat(stripe.count("payment_intent", reference)).isEqualTo(1);
        requireCode(Code.IDEMPOTENCY_MISMATCH, () -> charge(provider, card, key, reference()));
        requireCode(Code.IDEMPOTENCY_MISMATCH, () -> refund(provider, charged.handle(), back, 301));
    }

    @Test
    void startedAgainAPaymentTellsWhatBecameOfItMeanwhile() {
        StripePayments provider = open();
        Payment started = provider.start(Calls.with(key), intent(reference));
        stripe.does(money -> money.pay(started.handle().value()));
        assertThat(provider.start(Calls.with(key), intent(reference)).outcome())
                .isEqualTo(PaymentOutcome.succeeded());
    }

    @Test
    void keyIsFoundBehindMoreThanAPageOfOthers() {
        StripePayments provider = open();
        PaymentHandle first = provider.start(Calls.with(key), intent(reference)).handle();
        for (int i = 0; i < 120; i++) {
            start(provider);
        }
        assertThat(provider.find(Calls.fresh(), key).map(Payment::handle)).contains(first);
        assertThat(provider.find(Calls.fresh(), Calls.key())).isEmpty();
    }

    @Test
    void keyAtWorkElsewhereIsWaitedFor() {
        stripe.busy(3);
        assertThat(open().start(Calls.with(key), intent(reference)).reference())
                .isEqualTo(reference);
        stripe.busy(1000);
        requireCode(
                Code.UNAVAILABLE,
                () ->
                        open().start(
                                        Calls.within(Duration.ofSeconds(1), Calls.key()),
                                        intent(reference())));
    }

    @Test
    void requestThatArrivesTwiceIsOnePayment() {
        stripe.vendor().next(Fault.TWICE);
        open().start(Calls.with(key), intent(reference));
        assertThat(stripe.count("checkout.session", reference)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DROP", "BROKEN"})
    void stripeThatIsDownIsUnavailable(Fault fault) {
        PaymentHandle handle = new PaymentHandle("cs_test_1");
        // The JDK's client asks again by itself, too.
        for (int i = 0; i < 20; i++) {
            stripe.vendor().next(fault);
        }
        requireCode(Code.UNAVAILABLE, () -> open().observe(Calls.fresh(), handle));
    }

    @Test
    void stripeThatHangsIsUnavailableWhenTimeIsUp() {
        stripe.vendor().next(Fault.HANG);
        requireCode(
                Code.UNAVAILABLE,
                () ->
                        open().observe(
                                        Calls.within(Duration.ofMillis(300), Calls.key()),
                                        new PaymentHandle("cs_test_1")));
    }

    @Test
    void answersThatMakeNoSenseAreUnavailableAndNotAGuess() {
        Payment started = start(open());
        stripe.lie();
        stripe.does(money -> money.write(started.handle().value(), "created", "yesterday"));
        requireCode(Code.UNAVAILABLE, () -> open().observe(Calls.fresh(), started.handle()));
    }

    @Test
    void statesThatStripeMayAddLaterAreUnknown() {
        Payment started = start(open());
        stripe.does(money -> money.write(started.handle().value(), "status", "contemplating"));
        assertThat(open().observe(Calls.fresh(), started.handle()).outcome())
                .isEqualTo(PaymentOutcome.unknown());
    }

    @Test
    void patienceIsAskedForInStripesOwnSeconds() {
        stripe.vendor().next(Fault.TOO_MANY);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> open().observe(Calls.fresh(), new PaymentHandle("cs_test_1")))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.LIMIT);
                            assertThat(e.retryAfter()).contains(Duration.ofSeconds(1));
                        });
    }

    @Test
    void webhookThatComesBeforeTheAnswerLeadsToThePayment() {
        losePosts(3);
        StripePayments provider = open();
        requireCode(Code.UNAVAILABLE, () -> provider.start(Calls.with(key), intent(reference)));
        String session = FakeBooks.text(stripe.all("checkout.session").getFirst(), "id");
        stripe.does(money -> money.pay(session));
        Payment seen = heard(provider, "checkout.session.completed", session);
        assertThat(seen.key()).contains(key);
        assertThat(seen.reference()).isEqualTo(reference);
        assertThat(seen.outcome()).isEqualTo(PaymentOutcome.succeeded());
    }

    @Test
    void eventsOutOfOrderAllLeadToWhatIsNow() {
        StripePayments provider = open();
        Payment started = start(provider);
        stripe.does(money -> money.promise(started.handle().value()));
        assertThat(
                        heard(provider, "checkout.session.completed", started.handle().value())
                                .outcome())
                .isEqualTo(PaymentOutcome.pending());
        stripe.does(money -> money.arrive(started.handle().value()));
        String intent = StripeScene.intentOf(stripe, started.handle());
        for (String type : List.of("payment_intent.succeeded", "payment_intent.processing")) {
            Payment seen = heard(provider, type, intent);
            assertThat(seen.outcome()).isEqualTo(PaymentOutcome.succeeded());
            assertThat(seen.handle()).as("under its own name").isEqualTo(started.handle());
        }
    }

    private Payment heard(StripePayments provider, String type, String about) {
        HookResult result =
                provider.verifyAndParse(
                        Calls.fresh(), StripeScene.hook(type, stripe.look(about), Instant.now()));
        HookEvent event = ((HookResult.Verified) result).events().getFirst();
        return provider.observe(
                Calls.fresh(), ((HookEvent.Subject.OfPayment) event.subject()).payment());
    }

    @Test
    void whatStripeSaysIsToldAlsoWhenItIsNotWhatWasAsked() {
        StripePayments provider = open();
        Payment started = start(provider);
        String session = started.handle().value();
        stripe.does(money -> money.pay(session));
        stripe.does(money -> money.write(session, "amount_total", 1));
        assertThat(provider.observe(Calls.fresh(), started.handle()).amount().minor()).isEqualTo(1);
        stripe.does(money -> money.write(session, "currency", "jpy"));
        assertThat(provider.observe(Calls.fresh(), started.handle()).amount().asset().scale())
                .isZero();
        String intent = StripeScene.intentOf(stripe, started.handle());
        stripe.does(money -> money.write(intent, "amount_received", 7));
        assertThat(provider.observe(Calls.fresh(), started.handle()).captured().minor())
                .isEqualTo(7);
        assertThat(provider.observe(Calls.fresh(), started.handle()).mode()).isEqualTo(Mode.TEST);
    }

    @Test
    void partialRefundsAddUpAndTheRestIsKept() {
        StripePayments provider = open();
        Payment paid = paid(provider);
        refund(provider, paid.handle(), Calls.key(), 333);
        refund(provider, paid.handle(), Calls.key(), 333);
        assertThat(refund(provider, paid.handle(), Calls.key(), 335).outcome())
                .isEqualTo(RefundOutcome.declined(RefundOutcome.Reason.EXCEEDS_PAYMENT));
        refund(provider, paid.handle(), Calls.key(), 334);
        assertThat(provider.observe(Calls.fresh(), paid.handle()).refunded())
                .isEqualTo(paid.amount());
        assertThat(refund(provider, paid.handle(), Calls.key(), 1).outcome())
                .isEqualTo(RefundOutcome.declined(RefundOutcome.Reason.EXCEEDS_PAYMENT));
    }

    @Test
    void disputedPaymentIsNotRefundedAsWell() {
        StripePayments provider = open();
        Payment paid = paid(provider);
        stripe.hears(desk ->
                desk.dispute(StripeScene.intentOf(stripe, paid.handle()), "needs_response"));
        assertThat(refund(provider, paid.handle(), Calls.key(), 1000).outcome())
                .isEqualTo(RefundOutcome.declined(RefundOutcome.Reason.DISPUTED));
    }

    @Test
    void refundThatComesBackIsNoLongerCounted() {
        StripePayments provider = open();
        Payment paid = paid(provider);
        Refund refund = refund(provider, paid.handle(), Calls.key(), 1000);
        stripe.does(money -> money.bounce(refund.handle().value(), "expired_or_canceled_card"));
        assertThat(provider.observeRefund(Calls.fresh(), refund.handle()).outcome())
                .isEqualTo(RefundOutcome.declined(RefundOutcome.Reason.SOURCE_CLOSED));
        assertThat(provider.observe(Calls.fresh(), paid.handle()).refunded().isZero()).isTrue();
    }

    @Test
    void releasedPartOfAReservationIsNotARefund() {
        StripePayments provider = open();
        Payment started =
                provider.start(
                        Calls.fresh(),
                        StripeScene.intent(reference, 1000, PaymentIntent.Capture.LATER));
        stripe.does(money -> money.pay(started.handle().value()));
        Payment reserved = provider.observe(Calls.fresh(), started.handle());
        assertThat(reserved.outcome()).isInstanceOf(PaymentOutcome.Authorized.class);
        assertThat(((PaymentOutcome.Authorized) reserved.outcome()).until()).isPresent();
        Payment taken =
                provider.capture(
                        Calls.fresh(),
                        started.handle(),
                        coop.minga.plugin.api.Money.of(600, coop.minga.plugin.api.Asset.USD));
        assertThat(taken.captured().minor()).isEqualTo(600);
        assertThat(taken.refunded().isZero()).isTrue();
        refund(provider, started.handle(), Calls.key(), 100);
        assertThat(provider.observe(Calls.fresh(), started.handle()).refunded().minor())
                .isEqualTo(100);
    }

    @Test
    void nobodyWhoPrintsAProviderSeesItsSecrets() {
        StripePayments provider = open();
        start(provider);
        assertThat(
                        provider.toString()
                                + StripeConfig.of(
                                        config(StripeScene.config(stripe), java.util.Map.of())))
                .doesNotContain(FakeStripe.TEST_KEY, StripeScene.SECRET);
        assertThat(stripe.vendor().requests())
                .allSatisfy(r -> assertThat(r.headers()).containsKey("stripe-version"));
    }
}
