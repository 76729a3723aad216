package coop.minga.plugins.payment.paypal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Payout;
import coop.minga.plugin.api.payment.PayoutRequest;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.LoopbackVendor.Fault;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What goes wrong between PayPal and us, and what the host is told of it. */
final class PaypalFaultsTest {

    private static Signer signer;

    private Scene scene;
    private PaymentProvider provider;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) {
        signer = Signer.named(folder, "messageverificationcerts.sandbox.paypal.com", 30, "-1d");
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        scene = new Scene(signer, folder);
        provider = scene.open();
    }

    @AfterEach
    void close() {
        scene.close();
        assertThat(scene.paypal.problems()).as("differences from PayPal's description").isEmpty();
    }

    private void next(String end, Fault fault) {
        scene.paypal.vendor.next(
                request -> request.method().equals("POST") && request.path().endsWith(end), fault);
    }

    private static void requireCode(Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProviderException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void orderWhoseAnswerWasLostIsFoundByItsKeyAndMadeOnce() {
        IdempotencyKey key = Scene.key();
        PaymentIntent intent = Scene.intent();
        next("/orders", Fault.WORK_THEN_DROP);
        requireCode(Code.UNAVAILABLE, () -> provider.start(Calls.with(key), intent));
        Payment found = provider.find(Calls.fresh(), key).orElseThrow();
        assertThat(found.reference()).isEqualTo(intent.reference());
        assertThat(provider.start(Calls.with(key), intent).handle()).isEqualTo(found.handle());
        assertThat(scene.paypal.books.ordersFor(intent.reference())).isEqualTo(1);
    }

    @Test
    void orderWhoseAnswerWasLostTooLongAgoIsAsGoodAsNone() {
        IdempotencyKey key = Scene.key();
        next("/orders", Fault.WORK_THEN_DROP);
        requireCode(Code.UNAVAILABLE, () -> provider.start(Calls.with(key), Scene.intent()));
        scene.clock.move(Duration.ofHours(6));
        assertThat(provider.find(Calls.fresh(), key)).isEmpty();
    }

    @Test
    void requestThatArrivesTwiceMakesOneOrder() {
        PaymentIntent intent = Scene.intent();
        next("/orders", Fault.TWICE);
        provider.start(Calls.fresh(), intent);
        assertThat(scene.paypal.books.ordersFor(intent.reference())).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DROP", "WORK_THEN_DROP", "BROKEN", "TWICE"})
    void captureConvergesWhateverHappensToItsAnswer(Fault fault) {
        Payment payment = scene.approved(provider);
        next("/capture", fault);
        try {
            provider.capture(Calls.fresh(), payment.handle(), payment.amount());
        } catch (ProviderException e) {
            assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
        }
        Payment after = provider.capture(Calls.fresh(), payment.handle(), payment.amount());
        assertThat(after.outcome()).isEqualTo(PaymentOutcome.succeeded());
        assertThat(after.captured()).isEqualTo(payment.amount());
        assertThat(scene.paypal.books.capturesOf(payment.handle().value())).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DROP", "WORK_THEN_DROP", "BROKEN", "TWICE"})
    void refundConvergesWhateverHappensToItsAnswer(Fault fault) {
        Payment paid = scene.paid(provider);
        IdempotencyKey key = Scene.key();
        RefundRequest request = Scene.refund(paid, 400);
        next("/refund", fault);
        try {
            provider.refund(Calls.with(key), request);
        } catch (ProviderException e) {
            assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
        }
        boolean done = fault != Fault.DROP && fault != Fault.BROKEN;
        assertThat(provider.findRefund(Calls.fresh(), key).isPresent()).isEqualTo(done);
        scene.paypal.forgetRequestIds();
        assertThat(provider.refund(Calls.with(key), request).outcome())
                .isEqualTo(RefundOutcome.succeeded());
        assertThat(scene.paypal.books.refundsOf(paid.handle().value())).isEqualTo(1);
    }

    @Test
    void payoutWhoseAnswerWasLostIsPaidOnceWhenItIsAskedForAgain() {
        IdempotencyKey key = Scene.key();
        PayoutRequest request =
                new PayoutRequest(
                        new RecipientHandle("seller@example.org"),
                        "out_1",
                        Scene.TEN,
                        Mode.TEST,
                        "Earnings");
        Payouts payouts = (Payouts) provider;
        next("/payouts", Fault.WORK_THEN_DROP);
        requireCode(Code.UNAVAILABLE, () -> payouts.pay(Calls.with(key), request));
        requireCode(Code.UNAVAILABLE, () -> payouts.findPayout(Calls.fresh(), key));
        assertThat(payouts.pay(Calls.with(key), request).state()).isEqualTo(Payout.State.PAID);
        assertThat(scene.paypal.books.payouts()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "SUCCESS, PAID",
        "UNCLAIMED, UNCLAIMED",
        "RETURNED, RETURNED",
        "ONHOLD, PENDING",
        "BLOCKED, FAILED",
        "SOMETHING_NEW, UNKNOWN",
    })
    void batchThatIsThereSaysNothingOfItsItem(String item, Payout.State state) {
        scene.paypal.books.payoutsEnd(item);
        PayoutRequest request =
                new PayoutRequest(
                        new RecipientHandle("seller@example.org"),
                        "out_1",
                        Scene.TEN,
                        Mode.TEST,
                        "Earnings");
        assertThat(((Payouts) provider).pay(Calls.fresh(), request).state()).isEqualTo(state);
        // The state that PayPal does not describe is the point of the last case.
        if (state == Payout.State.UNKNOWN) {
            assertThat(scene.paypal.takeProblems()).allMatch(each -> each.contains(item));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSTRUMENT_DECLINED",
                "PAYER_CANNOT_PAY",
                "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"
            })
    void declinedSourceSendsThePayerBackToChooseAnother(String issue) {
        Payment payment = scene.approved(provider);
        scene.paypal.books.refuseNext(issue);
        Payment after = provider.capture(Calls.fresh(), payment.handle(), payment.amount());
        assertThat(after.outcome()).isInstanceOf(PaymentOutcome.RequiresAction.class);
        assertThat(provider.observe(Calls.fresh(), payment.handle()).outcome())
                .isEqualTo(after.outcome());
        scene.paypal.books.approve(payment.handle().value());
        assertThat(provider.capture(Calls.fresh(), payment.handle(), payment.amount()).outcome())
                .isEqualTo(PaymentOutcome.succeeded());
    }

    @ParameterizedTest
    @CsvSource({
        "TRANSACTION_REFUSED, REFUSED_BY_PROVIDER",
        "COMPLIANCE_VIOLATION, REFUSED_BY_PROVIDER",
        "PAYER_ACCOUNT_RESTRICTED, REFUSED_BY_PROVIDER",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED, REFUSED_BY_PROVIDER",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED, REFUSED_BY_PROVIDER",
        "TRANSACTION_LIMIT_EXCEEDED, AMOUNT_TOO_LARGE",
    })
    void refusedPaymentNamesItsCategoryAndNeverPaypalsWords(String issue, DeclineReason reason) {
        Payment payment = scene.approved(provider);
        scene.paypal.books.refuseNext(issue);
        Payment after = provider.capture(Calls.fresh(), payment.handle(), payment.amount());
        assertThat(after.outcome()).isEqualTo(PaymentOutcome.declined(reason));
        assertThat(provider.observe(Calls.fresh(), payment.handle()).outcome())
                .isEqualTo(PaymentOutcome.declined(reason));
        assertThat(after.toString()).doesNotContain("never for customers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PAYEE_ACCOUNT_RESTRICTED", "PERMISSION_DENIED"})
    void accountThatIsNotSetUpIsTheOperatorsMatter(String issue) {
        Payment payment = scene.approved(provider);
        scene.paypal.books.refuseNext(issue);
        assertThatThrownBy(
                        () -> provider.capture(Calls.fresh(), payment.handle(), payment.amount()))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.MISCONFIGURED);
                            assertThat(e.getMessage())
                                    .contains("90957fca61718")
                                    .doesNotContain("never for customers");
                        });
    }

    @Test
    void completedOrderIsNoMoneyWhileItsCaptureIsPending() {
        Payment payment = scene.approved(provider);
        scene.paypal.books.nextCapture("PENDING");
        Payment pending = provider.capture(Calls.fresh(), payment.handle(), payment.amount());
        assertThat(pending.outcome()).isEqualTo(PaymentOutcome.pending());
        assertThat(pending.captured().isZero()).isTrue();
        scene.paypal.books.settle(payment.handle().value(), "COMPLETED");
        assertThat(provider.observe(Calls.fresh(), payment.handle()).captured())
                .isEqualTo(payment.amount());
    }

    @Test
    void stateThatNobodyKnowsIsUnknownAndNotAGuess() {
        Payment payment = scene.approved(provider);
        scene.paypal.books.lie(order -> order.put("status", "SOMETHING_NEW"));
        assertThat(provider.observe(Calls.fresh(), payment.handle()).outcome())
                .isEqualTo(PaymentOutcome.unknown());
        scene.paypal.takeProblems();
    }

    @Test
    void otherAmountCurrencyOrReferenceIsToldAsPaypalTellsIt() {
        Payment payment = scene.approved(provider);
        scene.paypal.books.lie(order -> {
            ObjectNode unit = (ObjectNode) order.at("/purchase_units/0");
            unit.put("custom_id", "pay_somebody_elses|host-1");
            ((ObjectNode) unit.path("amount")).put("currency_code", "EUR").put("value", "1.00");
        });
        Payment seen = provider.observe(Calls.fresh(), payment.handle());
        assertThat(seen.amount().toString()).isEqualTo("1.00 EUR");
        assertThat(seen.reference()).isEqualTo("pay_somebody_elses");
    }

    @Test
    void orderOfTheOtherWorldShowsItsMode() {
        Payment payment = scene.approved(provider);
        scene.paypal.books.lie(order ->
                order.putArray("links")
                        .addObject()
                        .put("href", "https://api.paypal.com/v2/checkout/orders/1")
                        .put("rel", "self"));
        assertThat(provider.observe(Calls.fresh(), payment.handle()).mode()).isEqualTo(Mode.LIVE);
    }

    @Test
    void payerIsSentNowhereButToPaypal() {
        scene.paypal.books.lie(order ->
                order.putArray("links")
                        .addObject()
                        .put("href", "https://www.paypal.com.evil.example/checkoutnow")
                        .put("rel", "payer-action"));
        assertThat(provider.start(Calls.fresh(), Scene.intent()).outcome())
                .isEqualTo(PaymentOutcome.unknown());
    }

    @Test
    void orderForAnotherAccountIsRefusedWhereTheAccountIsConfigured() {
        PaymentProvider strict = scene.open(Map.of("merchant_id", "SQMEBQDYELSE2"));
        requireCode(Code.MISCONFIGURED, () -> strict.start(Calls.fresh(), Scene.intent()));
        PaymentProvider ours = scene.open(Map.of("merchant_id", FakeBooks.MERCHANT));
        assertThat(ours.start(Calls.fresh(), Scene.intent()).account())
                .isEqualTo(FakeBooks.MERCHANT);
    }

    @Test
    void orderThatNobodyApprovedAndPaypalDroppedHasExpired() {
        Payment payment = provider.start(Calls.fresh(), Scene.intent());
        scene.paypal.books.forget(payment.handle().value());
        requireCode(Code.NOT_FOUND, () -> provider.observe(Calls.fresh(), payment.handle()));
        scene.clock.move(Duration.ofHours(3));
        Payment after = provider.observe(scene.later(), payment.handle());
        assertThat(after.outcome()).isEqualTo(PaymentOutcome.declined(DeclineReason.EXPIRED));
        assertThat(after.amount()).isEqualTo(payment.amount());
        assertThat(after.reference()).isEqualTo(payment.reference());
    }

    @Test
    void canceledOrderIsNotTakenEvenIfThePayerApprovesItLater() {
        Payment payment = provider.start(Calls.fresh(), Scene.intent());
        provider.cancel(Calls.fresh(), payment.handle());
        scene.paypal.books.approve(payment.handle().value());
        requireCode(
                Code.CONFLICT,
                () -> provider.capture(Calls.fresh(), payment.handle(), payment.amount()));
        assertThat(scene.paypal.books.capturesOf(payment.handle().value())).isZero();
    }

    @Test
    void tokenThatEndedBeforeItsTimeIsFetchedAnew() {
        provider.start(Calls.fresh(), Scene.intent());
        scene.paypal.forgetTokens();
        assertThat(provider.start(Calls.fresh(), Scene.intent()).outcome())
                .isInstanceOf(PaymentOutcome.RequiresAction.class);
    }

    @Test
    void impatientPaypalIsGivenItsTime() {
        provider.start(Calls.fresh(), Scene.intent());
        next("/orders", Fault.TOO_MANY);
        assertThatThrownBy(() -> provider.start(Calls.fresh(), Scene.intent()))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.LIMIT);
                            assertThat(e.retryAfter()).contains(Duration.ofSeconds(1));
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "REFUND_TIME_LIMIT_EXCEEDED, TOO_LATE",
        "REFUND_FAILED_INSUFFICIENT_FUNDS, INSUFFICIENT_FUNDS",
        "CAPTURE_DISPUTED, DISPUTED",
        "CAPTURE_FULLY_REFUNDED, EXCEEDS_PAYMENT",
    })
    void refusedRefundNamesItsReasonAndStaysRefusedUnderItsKey(
            String issue, RefundOutcome.Reason reason) {
        Payment paid = scene.paid(provider);
        IdempotencyKey key = Scene.key();
        RefundRequest request = Scene.refund(paid, 100);
        scene.paypal.books.refuseNext(issue);
        var refund = provider.refund(Calls.with(key), request);
        assertThat(refund.outcome()).isEqualTo(RefundOutcome.declined(reason));
        assertThat(provider.refund(Calls.with(key), request)).isEqualTo(refund);
        assertThat(provider.observeRefund(Calls.fresh(), refund.handle())).isEqualTo(refund);
    }

    @Test
    void yenHaveNoDecimals() {
        PaymentProvider yen = scene.open(Map.of("currencies", java.util.List.of("JPY")));
        Payment payment =
                yen.start(
                        Calls.fresh(),
                        Scene.intent(
                                Money.of(1234, Cash.asset("JPY")), PaymentIntent.Capture.AT_ONCE));
        assertThat(
                        scene.paypal
                                .books
                                .order(payment.handle().value())
                                .at("/purchase_units/0/amount/value")
                                .asText())
                .isEqualTo("1234");
        assertThat(payment.amount().minor()).isEqualTo(1234);
    }

    @Test
    void secretsStayOutOfLogsAndFailures() {
        next("/token", Fault.BROKEN);
        assertThatThrownBy(() -> provider.start(Calls.fresh(), Scene.intent()))
                .satisfies(e -> assertThat(e.toString()).doesNotContain(FakePaypal.SECRET));
        scene.paypal.books.refuseNext("TRANSACTION_REFUSED");
        Payment payment = scene.approved(provider);
        provider.capture(Calls.fresh(), payment.handle(), payment.amount());
        assertThat(scene.context.logged())
                .noneMatch(line ->
                        line.contains(FakePaypal.SECRET)
                                || line.contains("A21AA")
                                || line.contains("never for customers"));
    }

    @Test
    void probeNamesWhatIsMissingInOrderWithAFixEach() {
        assertThat(provider.probe(Calls.fresh()).status()).isEqualTo(ProbeResult.Status.READY);
        scene.paypal.allow("openid");
        scene.paypal.webhook().put("url", "https://elsewhere.example/hooks/x");
        scene.paypal.webhook().putArray("event_types");
        ProbeResult limited = provider.probe(Calls.fresh());
        assertThat(limited.status()).isEqualTo(ProbeResult.Status.DEGRADED);
        assertThat(limited.checks().stream().filter(check -> !check.ok()))
                .hasSize(4)
                .allMatch(check -> !check.fix().in("es").isBlank());
        PaymentProvider lost = scene.open(Map.of("webhook_id", "0AA00000AA0000000"));
        assertThat(lost.probe(Calls.fresh()).status()).isEqualTo(ProbeResult.Status.FAILED);
        scene.paypal.takeProblems();
    }

    @Test
    void withoutTransactionSearchTheListSaysSo() {
        scene.paypal.allow("openid");
        requireCode(
                Code.UNSUPPORTED,
                () ->
                        provider.list(
                                Calls.fresh(),
                                scene.clock.instant().minusSeconds(60),
                                coop.minga.plugin.api.Page.Token.FIRST));
    }

    @Test
    void journalForgetsTheOldestBeforeTheStoreIsFull() {
        Journal journal = new Journal(scene.context.state(), scene.clock);
        IdempotencyKey first = Scene.key();
        IdempotencyKey last = first;
        journal.claim(Journal.About.PAYMENT, first, Json.object().put("order", "1"));
        for (int i = 0; i < 1100; i++) {
            scene.clock.move(Duration.ofSeconds(1));
            last = Scene.key();
            journal.claim(Journal.About.PAYMENT, last, Json.object().put("order", "2"));
        }
        assertThat(journal.find(Journal.About.PAYMENT, first.value())).isEmpty();
        assertThat(journal.find(Journal.About.PAYMENT, last.value())).isPresent();
    }
}
