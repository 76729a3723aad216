package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.Ability;
import coop.minga.plugin.api.payment.CheckoutForms;
import coop.minga.plugin.api.payment.CheckoutPage;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Dispute;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.Disputes;
import coop.minga.plugin.api.payment.Evidence;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Payout;
import coop.minga.plugin.api.payment.PayoutHandle;
import coop.minga.plugin.api.payment.PayoutRequest;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.SavedMethods;
import coop.minga.plugin.api.payment.SetupRequest;
import coop.minga.plugin.api.payment.StaffApproval;
import coop.minga.plugin.api.payment.StatementImport;
import coop.minga.plugin.api.payment.StatementLine;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a payment provider keeps to. Supply a factory, the configuration of an instance that works
 * against a vendor on loopback, and what a payer does there.
 *
 * <p>{@code madeAtVendor} and {@code pay} are always needed; {@code hook} and {@code
 * signatureHeaders} where there are webhooks; {@code dispute}, {@code save} and {@code recipient}
 * where the provider has the ability.
 */
public abstract class PaymentProviderContract extends PaymentHooksContract {

    @Test
    public void capabilitiesAndInterfacesAgree() {
        PaymentProvider provider = open();
        Set<String> named = factory().descriptor().capabilities();
        Map<String, Boolean> has =
                Map.of(
                        Ability.CHECKOUT_FORM, provider instanceof CheckoutForms,
                        Ability.SAVED_METHODS, provider instanceof SavedMethods,
                        Ability.PAYOUTS, provider instanceof Payouts,
                        Ability.DISPUTES, provider instanceof Disputes,
                        Ability.STAFF_APPROVAL, provider instanceof StaffApproval,
                        Ability.STATEMENT_IMPORT, provider instanceof StatementImport);
        has.forEach((ability, implemented) ->
                assertThat(named.contains(ability)).as(ability).isEqualTo(implemented));
    }

    @TestFactory
    public Stream<DynamicTest> wrongCredentialsStartNothing() {
        return wrongCredentials().stream()
                .map(wrong ->
                        DynamicTest.dynamicTest(
                                "start",
                                () -> {
                                    PaymentProvider provider =
                                            open(context("host-without-rights"), wrong);
                                    PaymentIntent intent = intent(provider);
                                    requireCode(
                                            Code.UNAUTHENTICATED,
                                            () -> provider.start(Calls.fresh(), intent));
                                    assertThat(madeAtVendor(intent.reference())).isZero();
                                }));
    }

    @Test
    public void payersAndTokensStayOutOfLogs() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        assertThat(payment.toString()).doesNotContain(MAIL);
        assertThat(context().logged()).noneMatch(line -> line.contains(MAIL));
        if (payment.outcome() instanceof PaymentOutcome.RequiresAction(var action)
                && action instanceof PaymentOutcome.Action.ClientToken(String token)) {
            assertThat(payment.toString()).doesNotContain(token);
            assertThat(context().logged()).noneMatch(line -> line.contains(token));
        }
    }

    @Test
    public void addressesForThePayerAreSafeToFollow() {
        PaymentProvider provider = open();
        if (started(provider).outcome() instanceof PaymentOutcome.RequiresAction(var action)
                && action instanceof PaymentOutcome.Action.Redirect(URI url, var _)) {
            assertThat(url.isAbsolute()).isTrue();
            assertThat(url.getScheme()).isIn("https", "http");
            if (url.getScheme().equals("http")) {
                assertThat(url.getHost()).isIn("localhost", "127.0.0.1", "[::1]");
            }
            assertThat(url.getUserInfo()).isNull();
        }
    }

    @Test
    public void lateCallComesBackAtOnce() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        Call late = Calls.within(Duration.ofSeconds(-1), Calls.key());
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    quietly(() -> provider.observe(late, payment.handle()));
                    quietly(() -> provider.list(late, Instant.now(), Page.Token.FIRST));
                });
    }

    @Test
    public void interruptedThreadStaysInterrupted() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        for (Runnable call :
                List.<Runnable>of(
                        () -> provider.observe(Calls.fresh(), payment.handle()),
                        () -> provider.find(Calls.fresh(), Calls.key()),
                        () -> provider.list(Calls.fresh(), Instant.now(), Page.Token.FIRST))) {
            Thread.currentThread().interrupt();
            quietly(call);
            assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();
        }
    }

    @TestFactory
    public Stream<DynamicTest> hangingCallEndsWhenInterrupted() {
        return Stream.of(1)
                .map(_ -> stall())
                .flatMap(Optional::stream)
                .map(stalled ->
                        DynamicTest.dynamicTest(
                                "observe",
                                () ->
                                        requireInterruptible(
                                                stalled,
                                                provider ->
                                                        provider.observe(Calls.fresh(), NOBODYS))));
    }

    @Test
    public void checkoutFormExplainsItself() {
        PaymentProvider provider = open();
        if (!(provider instanceof CheckoutForms forms)) {
            return;
        }
        Payment payment = started(provider);
        assertThat(payment.outcome()).isEqualTo(PaymentOutcome.form());
        CheckoutPage page = forms.page(Calls.fresh(), payment.handle());
        requireBothLanguages("explanation", page.explanation());
        requireBothLanguages("button", page.button());
        requireBothLanguages(page.fields());
        page.facts().forEach(fact -> requireBothLanguages("fact", fact.label()));
        requireCode(Code.NOT_FOUND, () -> forms.page(Calls.fresh(), NOBODYS));
        Payment paid = paid(provider);
        requireCode(Code.CONFLICT, () -> forms.page(Calls.fresh(), paid.handle()));
    }

    @Test
    public void savedMethodIsChargedUntilItIsRemoved() {
        PaymentProvider provider = open();
        if (!(provider instanceof SavedMethods methods)) {
            return;
        }
        MethodHandle method = saved(provider, methods);
        IdempotencyKey key = Calls.key();
        PaymentIntent intent = intent(provider);
        List<Payment> charges =
                fromEightThreads(() -> methods.charge(Calls.with(key), intent, method));
        assertThat(charges.stream().map(Payment::handle).distinct()).hasSize(1);
        assertThat(settled(provider, charges.getFirst()).captured()).isEqualTo(amount());
        assertThat(provider.find(Calls.fresh(), key).map(Payment::handle))
                .contains(charges.getFirst().handle());
        assertThat(madeAtVendor(intent.reference())).isEqualTo(1);

        methods.remove(Calls.fresh(), method);
        methods.remove(Calls.fresh(), method);
        assertThat(methods.charge(Calls.fresh(), intent(provider), method).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.METHOD_GONE));
    }

    private MethodHandle saved(PaymentProvider provider, SavedMethods methods) {
        IdempotencyKey key = Calls.key();
        SetupRequest request =
                new SetupRequest(
                        "set_" + UUID.randomUUID(),
                        new Payer("team_c0ntract", Optional.of(MAIL), "Ana", "es"),
                        provider.mode(),
                        URI.create("http://localhost:8080/methods"),
                        URI.create("http://localhost:8080/methods"));
        MethodSetup begun = methods.setup(Calls.with(key), request);
        assertThat(methods.setup(Calls.with(key), request).handle()).isEqualTo(begun.handle());
        assertThat(methods.findSetup(Calls.fresh(), key).map(MethodSetup::handle))
                .contains(begun.handle());
        save(provider, begun);
        return Wait.forValue(
                "a saved method",
                patience(),
                () ->
                        methods.observeSetup(Calls.fresh(), begun.handle()).outcome()
                                        instanceof MethodSetup.Outcome.Saved(var method)
                                ? Optional.of(method.handle())
                                : Optional.empty());
    }

    @Test
    public void disputeIsSeenAndAnsweredOnce() {
        PaymentProvider provider = open();
        if (!(provider instanceof Disputes disputes)) {
            return;
        }
        Payment paid = paid(provider);
        DisputeHandle handle = dispute(provider, paid).orElseThrow();
        Dispute dispute = disputes.observeDispute(Calls.fresh(), handle);
        assertThat(dispute.payment()).isEqualTo(paid.handle());
        assertThat(dispute.mode()).isEqualTo(provider.mode());
        assertThat(dispute.amount()).isLessThanOrEqualTo(amount());
        assertThat(
                        disputes.listDisputes(
                                        Calls.fresh(),
                                        Instant.now().minusSeconds(60),
                                        Page.Token.FIRST)
                                .items())
                .anyMatch(listed -> listed.handle().equals(handle));
        Evidence evidence =
                new Evidence("Delivered", "", Optional.empty(), Optional.empty(), "Receipt 1");
        disputes.answer(Calls.fresh(), handle, evidence, false);
        disputes.answer(Calls.fresh(), handle, evidence, true);
        requireCode(Code.CONFLICT, () -> disputes.answer(Calls.fresh(), handle, evidence, true));
        requireCode(
                Code.NOT_FOUND,
                () ->
                        disputes.observeDispute(
                                Calls.fresh(), new DisputeHandle("c0ntract-no-such-dispute")));
    }

    @Test
    public void personConfirmsExactlyTheAmountAndOnce() {
        PaymentProvider provider = open();
        if (!(provider instanceof StaffApproval staff)) {
            return;
        }
        Payment payment = started(provider);
        Money more = amount().plus(Money.of(1, amount().asset()));
        requireCode(
                Code.INVALID_REQUEST,
                () -> staff.confirm(Calls.fresh(), payment.handle(), more, "seen"));
        assertThat(provider.observe(Calls.fresh(), payment.handle()).captured().isZero()).isTrue();
        fromEightThreads(() -> staff.confirm(Calls.fresh(), payment.handle(), amount(), "seen"));
        assertThat(provider.observe(Calls.fresh(), payment.handle()).captured())
                .isEqualTo(amount());
        assertThat(staff.reject(Calls.fresh(), payment.handle(), "too late").captured())
                .isEqualTo(amount());
        Payment rejected = started(provider);
        staff.reject(Calls.fresh(), rejected.handle(), "never came");
        requireCode(
                Code.CONFLICT,
                () -> staff.confirm(Calls.fresh(), rejected.handle(), amount(), "seen"));
        requireCode(Code.NOT_FOUND, () -> staff.confirm(Calls.fresh(), NOBODYS, amount(), "seen"));
        requireCode(Code.NOT_FOUND, () -> staff.reject(Calls.fresh(), NOBODYS, "none"));
    }

    @Test
    public void statementPaysOnceAndOnlyWhatFitsExactly() {
        PaymentProvider provider = open();
        if (!(provider instanceof StatementImport statements)) {
            return;
        }
        Payment exact = started(provider);
        Payment less = started(provider);
        byte[] statement =
                statement(
                        provider,
                        List.of(
                                new Arrived(exact, amount()),
                                new Arrived(less, amount().minus(Money.of(1, amount().asset())))));
        assertThat(statements.take(Calls.fresh(), statement))
                .extracting(StatementLine::verdict)
                .containsExactly(StatementLine.Verdict.PAID, StatementLine.Verdict.OTHER_AMOUNT);
        assertThat(statements.take(Calls.fresh(), statement))
                .extracting(StatementLine::verdict)
                .containsExactly(
                        StatementLine.Verdict.ALREADY_TAKEN, StatementLine.Verdict.OTHER_AMOUNT);
        assertThat(provider.observe(Calls.fresh(), exact.handle()).captured()).isEqualTo(amount());
        assertThat(provider.observe(Calls.fresh(), less.handle()).captured().isZero()).isTrue();
        requireCode(
                Code.INVALID_REQUEST, () -> statements.take(Calls.fresh(), new byte[] {0, 1, 2}));
    }

    @Test
    public void samePayoutKeyFromEightThreadsPaysOnce() {
        PaymentProvider provider = open();
        if (!(provider instanceof Payouts payouts)) {
            return;
        }
        RecipientHandle recipient = recipient(payouts);
        IdempotencyKey key = Calls.key();
        PayoutRequest request =
                new PayoutRequest(
                        recipient,
                        "out_" + UUID.randomUUID(),
                        amount(),
                        provider.mode(),
                        "Earnings");
        List<PayoutHandle> handles =
                fromEightThreads(() -> payouts.pay(Calls.with(key), request).handle());
        assertThat(new HashSet<>(handles)).hasSize(1);
        assertThat(payouts.findPayout(Calls.fresh(), key).map(Payout::handle))
                .contains(handles.getFirst());
        assertThat(payouts.observePayout(Calls.fresh(), handles.getFirst()).amount())
                .isEqualTo(amount());
        PayoutRequest dearer =
                new PayoutRequest(
                        recipient,
                        request.reference(),
                        amount().plus(Money.of(1, amount().asset())),
                        provider.mode(),
                        "Earnings");
        requireCode(Code.IDEMPOTENCY_MISMATCH, () -> payouts.pay(Calls.with(key), dearer));
        assertThat(payouts.findPayout(Calls.fresh(), Calls.key())).isEmpty();
    }
}
