package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.Ability;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundRequest;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Payments and refunds: one effect per key, and never more money than was agreed. */
abstract class PaymentMoneyContract extends PaymentScene {

    @Test
    public void modeAndRangesStayTheSame() {
        PaymentProvider provider = open();
        assertThat(provider.mode()).isEqualTo(open().mode());
        assertThat(provider.accepts())
                .as("what it takes")
                .isNotEmpty()
                .isEqualTo(open().accepts())
                .anyMatch(range -> range.holds(amount()));
        assertThat(provider.accepts().stream().map(AmountRange::asset))
                .as("one range per asset")
                .doesNotHaveDuplicates();
        assertThat(provider.hookCheck()).isEqualTo(open().hookCheck());
    }

    @Test
    public void startedPaymentTellsWhatWasAskedFor() {
        PaymentProvider provider = open();
        PaymentIntent intent = intent(provider);
        Payment payment = provider.start(Calls.fresh(), intent);
        assertThat(payment.amount()).isEqualTo(intent.amount());
        assertThat(payment.mode()).isEqualTo(provider.mode());
        assertThat(payment.reference()).isEqualTo(intent.reference());
        assertThat(payment.refunded().isZero()).isTrue();
        Payment seen = provider.observe(Calls.fresh(), payment.handle());
        assertThat(seen.handle()).isEqualTo(payment.handle());
        assertThat(seen.amount()).isEqualTo(intent.amount());
        assertThat(seen.mode()).isEqualTo(provider.mode());
        assertThat(seen.reference()).isEqualTo(intent.reference());
        assertThat(madeAtVendor(intent.reference())).isEqualTo(1);
    }

    @Test
    public void nothingIsCapturedBeforeThePayerAgreed() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        assertThat(payment.outcome()).isNotInstanceOf(PaymentOutcome.Succeeded.class);
        assertThat(payment.captured().isZero()).isTrue();
        assertThat(provider.observe(Calls.fresh(), payment.handle()).captured().isZero()).isTrue();
    }

    @Test
    public void startedPaymentIsFoundByItsKey() {
        PaymentProvider provider = open();
        IdempotencyKey key = Calls.key();
        Payment payment = provider.start(Calls.with(key), intent(provider));
        assertThat(provider.find(Calls.fresh(), key).map(Payment::handle))
                .contains(payment.handle());
        assertThat(provider.find(Calls.fresh(), Calls.key())).isEmpty();
    }

    @Test
    public void sameKeyTwiceIsOnePayment() {
        PaymentProvider provider = open();
        IdempotencyKey key = Calls.key();
        PaymentIntent intent = intent(provider);
        PaymentHandle first = provider.start(Calls.with(key), intent).handle();
        assertThat(provider.start(Calls.with(key), intent).handle()).isEqualTo(first);
        assertThat(madeAtVendor(intent.reference())).isEqualTo(1);
    }

    @Test
    public void sameKeyFromEightThreadsIsOnePayment() {
        PaymentProvider provider = open();
        IdempotencyKey key = Calls.key();
        PaymentIntent intent = intent(provider);
        List<PaymentHandle> handles =
                fromEightThreads(() -> provider.start(Calls.with(key), intent).handle());
        assertThat(new HashSet<>(handles)).hasSize(1);
        assertThat(madeAtVendor(intent.reference())).isEqualTo(1);
    }

    @Test
    public void otherInputsUnderAUsedKeyAreRefused() {
        PaymentProvider provider = open();
        IdempotencyKey key = Calls.key();
        PaymentIntent intent = intent(provider);
        provider.start(Calls.with(key), intent);
        PaymentIntent dearer =
                intent(
                        provider,
                        intent.reference(),
                        intent.amount().plus(Money.of(1, intent.amount().asset())),
                        PaymentIntent.Capture.AT_ONCE);
        requireCode(Code.IDEMPOTENCY_MISMATCH, () -> provider.start(Calls.with(key), dearer));
        PaymentIntent anothers = intent(provider);
        requireCode(Code.IDEMPOTENCY_MISMATCH, () -> provider.start(Calls.with(key), anothers));
        assertThat(madeAtVendor(intent.reference())).isEqualTo(1);
        assertThat(madeAtVendor(anothers.reference())).isZero();
    }

    @Test
    public void paymentOutlivesTheProvider() {
        PaymentProvider first = open();
        IdempotencyKey key = Calls.key();
        PaymentIntent intent = intent(first);
        PaymentHandle handle = first.start(Calls.with(key), intent).handle();
        first.close();
        PaymentProvider second = open();
        assertThat(second.find(Calls.fresh(), key).map(Payment::handle)).contains(handle);
        assertThat(second.start(Calls.with(key), intent).handle()).isEqualTo(handle);
        assertThat(second.observe(Calls.fresh(), handle).amount()).isEqualTo(intent.amount());
        assertThat(madeAtVendor(intent.reference())).isEqualTo(1);
    }

    @Test
    public void amountsOutOfRangeAreRefused() {
        PaymentProvider provider = open();
        PaymentIntent dear =
                intent(provider, reference(), beyond(provider), PaymentIntent.Capture.AT_ONCE);
        requireCode(Code.INVALID_REQUEST, () -> provider.start(Calls.fresh(), dear));
        PaymentIntent strange =
                intent(
                        provider,
                        reference(),
                        Money.of(500, new Asset("ZZTOKEN", 2)),
                        PaymentIntent.Capture.AT_ONCE);
        requireCode(Code.INVALID_REQUEST, () -> provider.start(Calls.fresh(), strange));
        assertThat(madeAtVendor(dear.reference())).isZero();
        assertThat(madeAtVendor(strange.reference())).isZero();
    }

    @Test
    public void otherModeIsRefused() {
        PaymentProvider provider = open();
        PaymentIntent ours = intent(provider);
        PaymentIntent other =
                new PaymentIntent(
                        ours.reference(),
                        ours.amount(),
                        ours.mode() == Mode.TEST ? Mode.LIVE : Mode.TEST,
                        ours.capture(),
                        ours.payer(),
                        ours.description(),
                        ours.returnUrl(),
                        ours.cancelUrl());
        requireCode(Code.INVALID_REQUEST, () -> provider.start(Calls.fresh(), other));
        assertThat(madeAtVendor(ours.reference())).isZero();
    }

    @Test
    public void paidPaymentIsCapturedWhole() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        assertThat(paid.captured()).isEqualTo(amount());
        assertThat(paid.refunded().isZero()).isTrue();
        assertThat(paid.mode()).isEqualTo(provider.mode());
    }

    @Test
    public void declinedPaymentNamesItsCategory() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        Optional<DeclineReason> expected = decline(provider, payment);
        if (expected.isEmpty()) {
            return;
        }
        Payment declined = reach(provider, payment, PaymentOutcome.Declined.class);
        assertThat(declined.outcome()).isEqualTo(PaymentOutcome.declined(expected.get()));
        assertThat(declined.captured().isZero()).isTrue();
    }

    @Test
    public void capturingAgainTakesNothingMore() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        assertThat(provider.capture(Calls.fresh(), paid.handle(), amount()).captured())
                .isEqualTo(amount());
        assertThat(provider.observe(Calls.fresh(), paid.handle()).captured()).isEqualTo(amount());
    }

    @Test
    public void capturingWhatIsNotAgreedIsAConflict() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        requireCode(
                Code.CONFLICT, () -> provider.capture(Calls.fresh(), payment.handle(), amount()));
        assertThat(provider.observe(Calls.fresh(), payment.handle()).captured().isZero()).isTrue();
    }

    @Test
    public void canceledPaymentTakesNothing() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        assertThat(provider.cancel(Calls.fresh(), payment.handle()).captured().isZero()).isTrue();
        assertThat(provider.cancel(Calls.fresh(), payment.handle()).captured().isZero()).isTrue();
    }

    @Test
    public void cancelingWhatIsPaidChangesNothing() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        Payment after = provider.cancel(Calls.fresh(), paid.handle());
        assertThat(after.outcome()).isInstanceOf(PaymentOutcome.Succeeded.class);
        assertThat(after.captured()).isEqualTo(amount());
    }

    @Test
    public void reservedMoneyIsTakenOnceOrReleased() {
        PaymentProvider provider = open();
        if (!factory().descriptor().capabilities().contains(Ability.AUTHORIZE)) {
            return;
        }
        Payment taken = authorized(provider);
        Money half = Money.of(amount().minor() / 2, amount().asset());
        IdempotencyKey key = Calls.key();
        requireCode(
                Code.INVALID_REQUEST,
                () ->
                        provider.capture(
                                Calls.fresh(),
                                taken.handle(),
                                amount().plus(Money.of(1, amount().asset()))));
        assertThat(provider.capture(Calls.with(key), taken.handle(), half).captured())
                .isEqualTo(half);
        provider.capture(Calls.with(key), taken.handle(), half);
        provider.capture(Calls.fresh(), taken.handle(), half);
        assertThat(provider.observe(Calls.fresh(), taken.handle()).captured()).isEqualTo(half);

        Payment released = authorized(provider);
        provider.cancel(Calls.fresh(), released.handle());
        Payment after = provider.observe(Calls.fresh(), released.handle());
        assertThat(after.outcome()).isInstanceOf(PaymentOutcome.Declined.class);
        assertThat(after.captured().isZero()).isTrue();
    }

    private Payment authorized(PaymentProvider provider) {
        Payment payment =
                provider.start(
                        Calls.fresh(),
                        intent(provider, reference(), amount(), PaymentIntent.Capture.LATER));
        pay(provider, payment);
        Payment reserved = reach(provider, payment, PaymentOutcome.Authorized.class);
        assertThat(reserved.captured().isZero()).isTrue();
        return reserved;
    }

    @Test
    public void whatNobodyStartedIsNotFound() {
        PaymentProvider provider = open();
        requireCode(Code.NOT_FOUND, () -> provider.observe(Calls.fresh(), NOBODYS));
        requireCode(Code.NOT_FOUND, () -> provider.capture(Calls.fresh(), NOBODYS, amount()));
        requireCode(Code.NOT_FOUND, () -> provider.cancel(Calls.fresh(), NOBODYS));
        requireCode(
                Code.NOT_FOUND,
                () ->
                        provider.refund(
                                Calls.fresh(),
                                new RefundRequest(
                                        NOBODYS,
                                        "rfd_none",
                                        amount(),
                                        coop.minga.plugin.api.payment.RefundReason.DUPLICATE)));
        requireCode(
                Code.NOT_FOUND,
                () ->
                        provider.observeRefund(
                                Calls.fresh(), new RefundHandle("c0ntract-no-such-refund")));
        assertThat(provider.findRefund(Calls.fresh(), Calls.key())).isEmpty();
    }

    @Test
    public void refundGoesBackWholeOnce() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        IdempotencyKey key = Calls.key();
        RefundRequest request = refund(paid, amount());
        Refund refund = provider.refund(Calls.with(key), request);
        requireUnderWay(refund);
        assertThat(refund.amount()).isEqualTo(amount());
        assertThat(provider.refund(Calls.with(key), request).handle()).isEqualTo(refund.handle());
        assertThat(provider.findRefund(Calls.fresh(), key).map(Refund::handle))
                .contains(refund.handle());
        assertThat(provider.observeRefund(Calls.fresh(), refund.handle()).amount())
                .isEqualTo(amount());
        assertThat(refunded(provider, paid)).isEqualTo(amount());
    }

    @Test
    public void sameRefundKeyFromEightThreadsGivesBackOnce() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        IdempotencyKey key = Calls.key();
        Money third = third();
        RefundRequest request = refund(paid, third);
        List<RefundHandle> handles =
                fromEightThreads(() -> provider.refund(Calls.with(key), request).handle());
        assertThat(new HashSet<>(handles)).hasSize(1);
        assertThat(refunded(provider, paid)).isEqualTo(third);
    }

    @Test
    public void otherRefundUnderAUsedKeyIsRefused() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        IdempotencyKey key = Calls.key();
        Money third = third();
        provider.refund(Calls.with(key), refund(paid, third));
        requireCode(
                Code.IDEMPOTENCY_MISMATCH,
                () ->
                        provider.refund(
                                Calls.with(key),
                                refund(paid, third.plus(Money.of(1, third.asset())))));
        assertThat(refunded(provider, paid)).isEqualTo(third);
    }

    @Test
    public void partialRefundsNeverExceedThePayment() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        Money third = third();
        requireUnderWay(refund(provider, paid, third));
        requireUnderWay(refund(provider, paid, third));
        assertThat(refunded(provider, paid)).isEqualTo(third.times(2));
        Money left = amount().minus(third.times(2));
        assertThat(refund(provider, paid, left.plus(Money.of(1, left.asset()))).outcome())
                .isEqualTo(RefundOutcome.declined(RefundOutcome.Reason.EXCEEDS_PAYMENT));
        requireUnderWay(refund(provider, paid, left));
        assertThat(refund(provider, paid, Money.of(1, left.asset())).outcome())
                .isInstanceOf(RefundOutcome.Declined.class);
        assertThat(refunded(provider, paid)).isEqualTo(amount());
    }

    @Test
    public void partialRefundsFromEightThreadsNeverExceedThePayment() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        Money third = third();
        List<Refund> refunds = fromEightThreads(() -> refund(provider, paid, third));
        long under = refunds.stream().filter(PaymentMoneyContract::isUnderWay).count();
        assertThat(under).as("of eight thirds").isBetween(1L, amount().minor() / third.minor());
        assertThat(refunded(provider, paid)).isEqualTo(third.times(under));
    }

    @Test
    public void refundOfWhatWasNotPaidIsDeclined() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        assertThat(refund(provider, payment, amount()).outcome())
                .isInstanceOf(RefundOutcome.Declined.class);
    }

    @Test
    public void listShowsWhatThisHostWasPaid() {
        PaymentProvider provider = open();
        Instant before = Instant.now().minusSeconds(5);
        Payment paid = paid(provider);
        PaymentProvider other = open(context("other-host"), config());
        Payment theirs = paid(other);
        Wait.until(
                "a paid payment in the list",
                patience(),
                () ->
                        listed(provider, before).stream()
                                .anyMatch(p -> p.handle().equals(paid.handle())));
        List<Payment> listed = listed(provider, before);
        assertThat(listed)
                .filteredOn(p -> p.handle().equals(paid.handle()))
                .singleElement()
                .satisfies(p -> assertThat(p.captured()).isEqualTo(amount()));
        assertThat(listed).noneMatch(p -> p.handle().equals(theirs.handle()));
        assertThat(listed(provider, Instant.now().plus(Duration.ofDays(1)))).isEmpty();
    }

    private Money refunded(PaymentProvider provider, Payment paid) {
        return provider.observe(Calls.fresh(), paid.handle()).refunded();
    }

    private Money third() {
        return Money.of(amount().minor() / 3, amount().asset());
    }

    private static boolean isUnderWay(Refund refund) {
        return refund.outcome() instanceof RefundOutcome.Succeeded
                || refund.outcome() instanceof RefundOutcome.Pending;
    }

    private static void requireUnderWay(Refund refund) {
        assertThat(refund).as("a refund that is made").matches(PaymentMoneyContract::isUnderWay);
    }
}
