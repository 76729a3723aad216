package coop.minga.plugins.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProbeResult.Status;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.Dispute;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.Evidence;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.Payout;
import coop.minga.plugin.api.payment.PayoutRequest;
import coop.minga.plugin.api.payment.Recipient;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RecipientRequest;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What an operator sets up, and what belongs to the account as a whole. */
final class StripeAccountTest extends StripeTest {

    private static final String ADDRESS = "http://localhost:8080/hooks/payment-stripe";

    @ParameterizedTest
    @CsvSource({
        "live, sk_test_51MingaContractKey",
        "test, sk_live_51MingaContractKey",
        "test, rk_live_51MingaContractKey",
        "test, pk_test_51MingaContractKey",
        "test, whsec_51MingaContractKey",
    })
    void keyOfAnotherModeOrKindOpensNothing(String mode, String key) {
        requireCode(
                Code.MISCONFIGURED,
                () -> open(Map.of(StripeConfig.MODE, mode, StripeConfig.SECRET_KEY, key)));
    }

    @Test
    void keyIsSentToStripeOrStaysOnThisMachine() {
        for (String elsewhere :
                List.of(
                        "https://stripe.example.org",
                        "http://api.stripe.com",
                        "https://127.0.0.1.example.org")) {
            requireCode(Code.MISCONFIGURED, () -> open(Map.of(StripeConfig.API_BASE, elsewhere)));
        }
        assertThat(open(Map.of(StripeConfig.API_BASE, "https://api.stripe.com")).mode())
                .isEqualTo(Mode.TEST);
    }

    @Test
    void currenciesWithoutAndWithThreeDecimalsKeepTheirOwnUnits() {
        StripePayments provider = open(Map.of(StripeConfig.CURRENCIES, List.of("JPY", "BHD")));
        assertThat(provider.accepts().stream().map(range -> range.asset()))
                .containsExactly(new Asset("JPY", 0), new Asset("BHD", 3));
        requireCode(Code.INVALID_REQUEST, () -> start(provider));
        requireCode(
                Code.INVALID_REQUEST,
                () -> provider.start(Calls.fresh(), in(Money.of(1234, new Asset("BHD", 3)))));
        Money dinars = Money.of(1230, new Asset("BHD", 3));
        assertThat(provider.start(Calls.fresh(), in(dinars)).amount()).isEqualTo(dinars);
        Money yen = Money.of(500, new Asset("JPY", 0));
        assertThat(provider.start(Calls.fresh(), in(yen)).amount()).isEqualTo(yen);
        requireCode(
                Code.MISCONFIGURED, () -> open(Map.of(StripeConfig.CURRENCIES, List.of("XXX"))));
    }

    private static PaymentIntent in(Money amount) {
        PaymentIntent usd = StripeScene.intent(reference(), 1000, PaymentIntent.Capture.AT_ONCE);
        return new PaymentIntent(
                usd.reference(),
                amount,
                usd.mode(),
                usd.capture(),
                usd.payer(),
                usd.description(),
                usd.returnUrl(),
                usd.cancelUrl());
    }

    private ProbeResult probe() {
        return open().probe(Calls.fresh());
    }

    @Test
    void preflightReadsOnlyAndPassesWhenAllIsSetUp() {
        stripe.hears(desk -> desk.listen(ADDRESS, "*"));
        ProbeResult result = probe();
        assertThat(result.status()).as(result.toString()).isEqualTo(Status.READY);
        assertThat(result.checks()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(stripe.vendor().requests())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.method()).isEqualTo("GET"));
    }

    @Test
    void preflightWithoutASigningSecretSaysSoAndAsksStripeNothing() {
        ProbeResult result = open(Map.of(StripeConfig.WEBHOOK_SECRET, " ")).probe(Calls.fresh());
        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.reason().in("en")).contains("no webhook signing secret");
        assertThat(result.checks().getFirst().fix().in("es")).contains(ADDRESS);
        assertThat(stripe.vendor().requests()).isEmpty();
    }

    @Test
    void preflightNamesTheEventsThatAreNotSent() {
        stripe.hears(desk -> desk.listen(ADDRESS, "checkout.session.completed"));
        ProbeResult result = probe();
        assertThat(result.status()).isEqualTo(Status.DEGRADED);
        assertThat(result.reason().in("en")).contains("charge.dispute.created");
    }

    @Test
    void preflightFailsWhereTheAccountMayNotTakePayments() {
        stripe.hears(FakeDesk::deactivate);
        ProbeResult result = probe();
        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.reason().in("es")).contains("todavía no puede cobrar");
    }

    @Test
    void preflightSaysWhenTheClockIsOff() {
        ProbeResult result =
                open(
                                MovableClock.at(
                                        Instant.now().minus(Duration.ofMinutes(9)).toString()),
                                Map.of())
                        .probe(Calls.within(Duration.ofMinutes(1), Calls.key()));
        assertThat(result.reason().in("en")).contains("away from Stripe's");
    }

    @Test
    void preflightSaysWhenStripeIsOutOfReach() {
        StripePayments provider = open();
        stripe.close();
        ProbeResult result = provider.probe(Calls.fresh());
        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.reason().in("en")).contains("cannot be reached");
    }

    @Test
    void everyPaymentIsListedOnceTheOldestFirstHoweverMany() {
        StripePayments provider = open();
        long begin = Instant.now().minus(Duration.ofDays(40)).getEpochSecond();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            Payment payment = start(provider);
            String id = payment.handle().value();
            long at = begin + i * i;
            stripe.does(money -> {
                money.pay(id);
                money.write(id, "created", at);
            });
            made.add(id);
        }
        Payment never = start(provider);
        List<String> listed = new ArrayList<>();
        Optional<Page.Token> next = Optional.of(Page.Token.FIRST);
        while (next.isPresent()) {
            Page<Payment> page = provider.list(Calls.fresh(), Instant.EPOCH, next.get());
            assertThat(page.items()).hasSizeLessThanOrEqualTo(200);
            page.items().forEach(payment -> listed.add(payment.handle().value()));
            next = page.next();
        }
        assertThat(listed).isEqualTo(made).doesNotContain(never.handle().value());
    }

    private DisputeHandle dispute(Payment paid, String status) {
        List<String> made = new ArrayList<>();
        stripe.hears(desk ->
                made.add(desk.dispute(StripeScene.intentOf(stripe, paid.handle()), status)));
        return new DisputeHandle(made.getFirst());
    }

    @ParameterizedTest
    @CsvSource({
        "warning_needs_response, INQUIRY",
        "warning_under_review, INQUIRY",
        "warning_closed, CLOSED",
        "prevented, CLOSED",
        "needs_response, NEEDS_ANSWER",
        "under_review, UNDER_REVIEW",
        "won, WON",
        "lost, LOST",
        "of_tomorrow, UNKNOWN",
    })
    void disputesStandAsStripeSays(String status, Dispute.State state) {
        StripePayments provider = open();
        Dispute dispute = provider.observeDispute(Calls.fresh(), dispute(paid(provider), status));
        assertThat(dispute.state()).isEqualTo(state);
        assertThat(dispute.reason()).isEqualTo(Dispute.Reason.FRAUDULENT);
        assertThat(dispute.answerBy()).isPresent();
    }

    @Test
    void evidenceReachesTheBankInStripesFields() {
        StripePayments provider = open();
        DisputeHandle dispute = dispute(paid(provider), "needs_response");
        Evidence evidence =
                new Evidence(
                        "The machine ran for a month.",
                        "2026-11-01 login",
                        Optional.of("203.0.113.7"),
                        Optional.of(Instant.parse("2026-11-01T10:00:00Z")),
                        "Receipt 1");
        assertThat(provider.answer(Calls.fresh(), dispute, evidence, true).state())
                .isEqualTo(Dispute.State.UNDER_REVIEW);
        var sent = stripe.look(dispute.value()).getAsJsonObject("evidence");
        assertThat(sent.get("uncategorized_text").getAsString())
                .contains("The machine ran", "Receipt 1");
        assertThat(sent.get("customer_purchase_ip").getAsString()).isEqualTo("203.0.113.7");
        assertThat(sent.get("service_date").getAsString()).isEqualTo("2026-11-01");
        assertThat(sent.get("access_activity_log").getAsString()).contains("login");
    }

    @Test
    void disputeThatIsAcceptedIsLostAndSavedCardsDisputesNameTheirPayment() {
        StripePayments provider = open();
        Payment charged = charge(provider, saved(provider, ""));
        DisputeHandle dispute = dispute(charged, "needs_response");
        assertThat(provider.observeDispute(Calls.fresh(), dispute).payment())
                .isEqualTo(charged.handle());
        assertThat(provider.accept(Calls.fresh(), dispute).state()).isEqualTo(Dispute.State.LOST);
        assertThat(provider.accept(Calls.fresh(), dispute).state()).isEqualTo(Dispute.State.LOST);
    }

    private static RecipientHandle enrolled(StripePayments provider) {
        return provider.enroll(
                        Calls.fresh(),
                        new RecipientRequest(
                                "usr_1",
                                "owner@example.org",
                                "de",
                                Mode.TEST,
                                URI.create("http://localhost:8080/earnings")))
                .handle();
    }

    private Recipient.Status status(StripePayments provider, RecipientHandle recipient) {
        return provider.observeRecipient(Calls.fresh(), recipient).status();
    }

    @Test
    void recipientIsPayableWhenStripeHasSeenTheirPapers() {
        StripePayments provider = open();
        RecipientHandle recipient = enrolled(provider);
        assertThat(status(provider, recipient)).isInstanceOf(Recipient.Status.RequiresAction.class);
        stripe.hears(desk -> desk.handIn(recipient.value()));
        assertThat(status(provider, recipient)).isInstanceOf(Recipient.Status.Pending.class);
        stripe.hears(desk -> desk.approve(recipient.value()));
        assertThat(status(provider, recipient)).isInstanceOf(Recipient.Status.Payable.class);
        stripe.hears(desk -> desk.reject(recipient.value()));
        assertThat(status(provider, recipient)).isInstanceOf(Recipient.Status.Refused.class);
    }

    @Test
    void payoutWaitsForMoneyAndMayComeBack() {
        StripePayments provider = open();
        RecipientHandle recipient = enrolled(provider);
        stripe.hears(desk -> desk.approve(recipient.value()));
        stripe.hears(desk -> desk.poor(true));
        PayoutRequest request =
                new PayoutRequest(
                        recipient, "out_1", Money.of(500, Asset.USD), Mode.TEST, "Earnings");
        requireCode(Code.CONFLICT, () -> provider.pay(Calls.fresh(), request));
        stripe.hears(desk -> desk.poor(false));
        Payout paid = provider.pay(Calls.fresh(), request);
        assertThat(paid.state()).isEqualTo(Payout.State.PAID);
        stripe.hears(desk -> desk.reverse(paid.handle().value()));
        assertThat(provider.observePayout(Calls.fresh(), paid.handle()).state())
                .isEqualTo(Payout.State.RETURNED);
    }

    @Test
    void nothingIsConfiguredByItself() {
        assertThat(new StripePaymentsFactory().descriptor().schema().needsValues()).isTrue();
        assertThat(new StripePaymentsFactory().descriptor().trialOnly()).isFalse();
        assertThat(Set.of("AUD", "USD"))
                .allSatisfy(c -> assertThat(Currencies.range(c)).isPresent());
    }
}
