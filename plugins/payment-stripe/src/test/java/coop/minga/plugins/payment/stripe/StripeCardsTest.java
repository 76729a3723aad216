package coop.minga.plugins.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.SavedMethod;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.time.Duration;
import java.time.YearMonth;
import java.util.Map;

final class StripeCardsTest extends StripeTest {

    @ParameterizedTest
    @CsvSource({
        "insufficient_funds, INSUFFICIENT_FUNDS",
        "generic_decline, CARD_DECLINED",
        "lost_card, CARD_DECLINED",
        "stolen_card, CARD_DECLINED",
        "fraudulent, CARD_DECLINED",
        "do_not_honor, CARD_DECLINED",
        "a_code_of_tomorrow, CARD_DECLINED",
        "expired_card, EXPIRED_CARD",
        "incorrect_cvc, INCORRECT_CVC",
        "incorrect_number, INCORRECT_NUMBER",
        "processing_error, TEMPORARY_FAILURE",
        "try_again_later, TEMPORARY_FAILURE",
        "card_decline_rate_limit_exceeded, TOO_MANY_ATTEMPTS",
        "card_not_supported, NOT_SUPPORTED",
    })
    void banksNoIsToldInItsCategoryOnly(String bank, DeclineReason reason) {
        StripePayments provider = open();
        MethodHandle card = saved(provider, bank);
        IdempotencyKey key = Calls.key();
        String reference = reference();
        Payment declined = charge(provider, card, key, reference);
        assertThat(declined.outcome()).isEqualTo(PaymentOutcome.declined(reason));
        assertThat(declined.captured().isZero()).isTrue();
        assertThat(declined.toString()).doesNotContain(FakeRefusal.RAW_WORDS);
        assertThat(charge(provider, card, key, reference)).isEqualTo(declined);
        assertThat(provider.find(Calls.fresh(), key)).contains(declined);
        assertThat(stripe.count("payment_intent", reference)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "amount_too_small,, AMOUNT_TOO_SMALL",
        "amount_too_large,, AMOUNT_TOO_LARGE",
        "invalid_expiry_year,, INVALID_EXPIRY",
        "payment_intent_authentication_failure,, AUTHENTICATION_FAILED",
        "payment_intent_rate_limit_exceeded,, TOO_MANY_ATTEMPTS",
        "resource_missing,, METHOD_GONE",
        "card_declined, authentication_required, AUTHENTICATION_REQUIRED",
        "card_declined,, CARD_DECLINED",
        "something_new,, REFUSED_BY_PROVIDER",
    })
    void codesHaveTheirCategories(String code, String declineCode, DeclineReason reason) {
        assertThat(Declines.reason(code, declineCode)).isEqualTo(reason);
    }

    @Test
    void bankThatAsksGetsThePayerAndThenTheSamePaymentGoesOn() {
        StripePayments provider = open();
        MethodHandle card = saved(provider, "authentication_required");
        IdempotencyKey key = Calls.key();
        String reference = reference();
        Payment asked = charge(provider, card, key, reference);
        URI url =
                ((PaymentOutcome.Action.Redirect)
                                ((PaymentOutcome.RequiresAction) asked.outcome()).action())
                        .url();
        assertThat(url.getHost()).isEqualTo("hooks.stripe.com");
        assertThat(provider.find(Calls.fresh(), key)).contains(asked);
        assertThat(charge(provider, card, key, reference)).isEqualTo(asked);
        stripe.does(money -> money.authenticate(asked.handle().value(), true));
        Payment paid = provider.observe(Calls.fresh(), asked.handle());
        assertThat(paid.outcome()).isEqualTo(PaymentOutcome.succeeded());
        assertThat(paid.captured().minor()).isEqualTo(1000);
        assertThat(charge(provider, card, key, reference)).isEqualTo(paid);
        assertThat(stripe.count("payment_intent", reference)).isEqualTo(1);
    }

    @Test
    void payerWhomTheBankDoesNotBelieveHasNotPaid() {
        StripePayments provider = open();
        Payment asked = charge(provider, saved(provider, "authentication_required"));
        stripe.does(money -> money.authenticate(asked.handle().value(), false));
        assertThat(provider.observe(Calls.fresh(), asked.handle()).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.AUTHENTICATION_FAILED));
    }

    @Test
    void savedCardIsReservedFirstAndTakenWhenTheHostSaysSo() {
        StripePayments provider = open();
        MethodHandle card = saved(provider, "");
        Payment reserved =
                provider.charge(
                        Calls.fresh(),
                        StripeScene.intent(reference(), 1000, PaymentIntent.Capture.LATER),
                        card);
        assertThat(reserved.outcome()).isInstanceOf(PaymentOutcome.Authorized.class);
        assertThat(reserved.captured().isZero()).isTrue();
        assertThat(provider.capture(Calls.fresh(), reserved.handle(), reserved.amount()).captured())
                .isEqualTo(reserved.amount());
    }

    @Test
    void reservationThatNobodyTookInTimeIsOver() {
        StripePayments provider = open();
        Payment reserved =
                provider.charge(
                        Calls.fresh(),
                        StripeScene.intent(reference(), 1000, PaymentIntent.Capture.LATER),
                        saved(provider, ""));
        stripe.does(money -> money.lapse(reserved.handle().value()));
        assertThat(provider.observe(Calls.fresh(), reserved.handle()).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.EXPIRED));
    }

    @Test
    void cardThatIsGoneLeavesAPaymentThatSaysSo() {
        StripePayments provider = open();
        MethodHandle card = saved(provider, "");
        provider.remove(Calls.fresh(), card);
        IdempotencyKey key = Calls.key();
        Payment declined = charge(provider, card, key, reference());
        assertThat(declined.outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.METHOD_GONE));
        assertThat(provider.observe(Calls.fresh(), declined.handle())).isEqualTo(declined);
        assertThat(provider.find(Calls.fresh(), key)).contains(declined);
        MethodHandle nobodys = new MethodHandle("cus_none/pm_none");
        provider.remove(Calls.fresh(), nobodys);
        assertThat(charge(provider, nobodys).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.METHOD_GONE));
    }

    @Test
    void savedCardHasALabelAndAnEndAndNoNumber() {
        StripePayments provider = open();
        MethodSetup begun = provider.setup(Calls.fresh(), setup());
        stripe.does(money -> money.save(begun.handle().value(), ""));
        SavedMethod card =
                ((MethodSetup.Outcome.Saved)
                                provider.observeSetup(Calls.fresh(), begun.handle()).outcome())
                        .method();
        assertThat(card.label()).isEqualTo("Visa •••• 4242");
        assertThat(card.expires()).contains(YearMonth.of(2030, 8));
        assertThat(card.fingerprint()).contains("AOB934RVNwzk6xtn");
    }

    @Test
    void keyThatSavedOneCardSavesNoOther() {
        StripePayments provider = open();
        IdempotencyKey key = Calls.key();
        provider.setup(Calls.with(key), setup());
        requireCode(Code.IDEMPOTENCY_MISMATCH, () -> provider.setup(Calls.with(key), setup()));
    }

    @Test
    void onePayerIsOneCustomerHoweverManyCards() {
        StripePayments provider = open();
        saved(provider, "");
        saved(provider, "");
        assertThat(stripe.all("customer")).hasSize(1);
    }

    @Test
    void checkoutThatRanOutExpiredAndOneThatWasClosedWasCanceled() {
        StripePayments provider = open();
        Payment late = start(provider);
        stripe.does(money -> money.runOut(late.handle().value()));
        assertThat(provider.observe(Calls.fresh(), late.handle()).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.EXPIRED));
        Payment closed = start(provider);
        assertThat(provider.cancel(Calls.fresh(), closed.handle()).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.CANCELED_BY_HOST));
    }

    @Test
    void sameKeyHoursLaterIsTheSameCheckoutBecauseNoTimeIsInIt() {
        MovableClock clock = MovableClock.at(java.time.Instant.now().toString());
        StripePayments provider = open(clock, Map.of());
        IdempotencyKey key = Calls.key();
        PaymentIntent intent = StripeScene.intent(reference(), 1000, PaymentIntent.Capture.AT_ONCE);
        var call = Calls.within(Duration.ofDays(2), key);
        Payment first = provider.start(call, intent);
        clock.move(Duration.ofHours(7));
        assertThat(provider.start(call, intent).handle()).isEqualTo(first.handle());
    }

    @Test
    void moneyPromisedByTransferMayNotCome() {
        StripePayments provider = open();
        Payment started = start(provider);
        stripe.does(money -> money.promise(started.handle().value()));
        assertThat(provider.observe(Calls.fresh(), started.handle()).outcome())
                .isEqualTo(PaymentOutcome.pending());
        stripe.does(money -> money.stayAway(started.handle().value(), "some_bank_code"));
        assertThat(provider.observe(Calls.fresh(), started.handle()).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.SETTLEMENT_FAILED));
    }
}
