package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What the parts of the payment contract share: what an author supplies, and the host's moves. */
abstract class PaymentScene extends ProviderFactoryContract<PaymentProvider> {

    static final String MAIL = "c0ntract-payer@example.org";

    /**
     * How many payments the vendor has under a reference, by the vendor's own books and not by the
     * provider's word.
     */
    protected abstract int madeAtVendor(String reference);

    /** Does at the vendor's what a payer does to pay. */
    protected abstract void pay(PaymentProvider provider, Payment started);

    /**
     * Makes the payment fail at the vendor's.
     *
     * @return the category it is to be told in; empty where payments here never fail
     */
    protected Optional<DeclineReason> decline(PaymentProvider provider, Payment started) {
        return Optional.empty();
    }

    /** What the tests pay: an amount the provider takes, at least 300 minor units. */
    protected Money amount() {
        return Money.of(1234, Asset.USD);
    }

    /** How long a payment may take to be settled at the vendor on loopback. */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    /**
     * The vendor's webhook about a payment.
     *
     * @param at the vendor's time when it was signed
     * @return empty where there are no webhooks
     */
    protected Optional<RawRequest> hook(PaymentProvider provider, Payment payment, Instant at) {
        return Optional.empty();
    }

    /** Headers without which a webhook is not believed, in lower case. */
    protected Set<String> signatureHeaders() {
        return Set.of();
    }

    /**
     * How far a webhook's time may be off, either way; empty where the vendor's signature has no
     * time that can be held against it.
     */
    protected Optional<Duration> hookTolerance() {
        return Optional.of(Duration.ofMinutes(5));
    }

    /** A configuration without what webhooks are checked by; empty where it needs nothing. */
    protected Optional<Map<String, Object>> withoutHookSecret() {
        return Optional.empty();
    }

    /** Makes a payer dispute a payment; only where disputes are an ability. */
    protected Optional<DisputeHandle> dispute(PaymentProvider provider, Payment paid) {
        return Optional.empty();
    }

    /** Does at the vendor's what a payer does to save a method; only where that is an ability. */
    protected void save(PaymentProvider provider, MethodSetup begun) {
        throw new AssertionError("Override save() to test saved methods");
    }

    /** Money that came for a payment. */
    protected record Arrived(Payment payment, Money amount) {}

    /** A bank's statement with these lines in this order; only where reading one is an ability. */
    protected byte[] statement(PaymentProvider provider, List<Arrived> lines) {
        throw new AssertionError("Override statement() to test statements");
    }

    /** Somebody who can be paid; only where payouts are an ability. */
    protected RecipientHandle recipient(Payouts payouts) {
        throw new AssertionError("Override recipient() to test payouts");
    }

    /**
     * Makes the vendor hang until the returned thing is closed; empty where that cannot be done.
     */
    protected Optional<AutoCloseable> stall() {
        return Optional.empty();
    }

    static String reference() {
        return "pay_" + UUID.randomUUID();
    }

    final PaymentIntent intent(PaymentProvider provider) {
        return intent(provider, reference(), amount(), PaymentIntent.Capture.AT_ONCE);
    }

    static PaymentIntent intent(
            PaymentProvider provider,
            String reference,
            Money amount,
            PaymentIntent.Capture capture) {
        return new PaymentIntent(
                reference,
                amount,
                provider.mode(),
                capture,
                new Payer("team_c0ntract", Optional.of(MAIL), "Ana", "es"),
                "Top-up",
                URI.create("http://localhost:8080/wallet?payment=" + reference),
                URI.create("http://localhost:8080/wallet?canceled=" + reference));
    }

    final Payment started(PaymentProvider provider) {
        return provider.start(Calls.fresh(), intent(provider));
    }

    /** Starts a payment and sees it through, capturing where that is the host's to do. */
    final Payment paid(PaymentProvider provider) {
        Payment payment = started(provider);
        pay(provider, payment);
        return settled(provider, payment);
    }

    final Payment settled(PaymentProvider provider, Payment payment) {
        IdempotencyKey capture = Calls.key();
        return Wait.forValue(
                "a payment that succeeded",
                patience(),
                () -> {
                    Payment now = provider.observe(Calls.fresh(), payment.handle());
                    return switch (now.outcome()) {
                        case PaymentOutcome.Succeeded _ -> Optional.of(now);
                        case PaymentOutcome.Authorized _ -> {
                            provider.capture(Calls.with(capture), now.handle(), now.amount());
                            yield Optional.empty();
                        }
                        case PaymentOutcome.Declined no ->
                                throw new AssertionError("Declined: " + no.reason());
                        case PaymentOutcome.Pending _,
                                PaymentOutcome.RequiresAction _,
                                PaymentOutcome.Unknown _ ->
                                Optional.empty();
                    };
                });
    }

    final Payment reach(
            PaymentProvider provider, Payment payment, Class<? extends PaymentOutcome> wanted) {
        return Wait.forValue(
                wanted.getSimpleName(),
                patience(),
                () ->
                        Optional.of(provider.observe(Calls.fresh(), payment.handle()))
                                .filter(now -> wanted.isInstance(now.outcome())));
    }

    static RefundRequest refund(Payment payment, Money amount) {
        return new RefundRequest(
                payment.handle(),
                "rfd_" + UUID.randomUUID(),
                amount,
                RefundReason.REQUESTED_BY_CUSTOMER);
    }

    static Refund refund(PaymentProvider provider, Payment payment, Money amount) {
        return provider.refund(Calls.fresh(), refund(payment, amount));
    }

    final List<Payment> listed(PaymentProvider provider, Instant since) {
        List<Payment> items = new ArrayList<>();
        Optional<Page.Token> next = Optional.of(Page.Token.FIRST);
        while (next.isPresent()) {
            Page<Payment> page = provider.list(Calls.fresh(), since, next.get());
            assertThat(page.items()).as("a page").hasSizeLessThanOrEqualTo(200);
            items.addAll(page.items());
            assertThat(items).as("a list that ends").hasSizeLessThan(100_000);
            next = page.next();
        }
        return items;
    }

    final Money beyond(PaymentProvider provider) {
        return provider.accepts().stream()
                .filter(range -> range.asset().equals(amount().asset()))
                .map(AmountRange::most)
                .findFirst()
                .orElseThrow()
                .plus(Money.of(1, amount().asset()));
    }

    static final PaymentHandle NOBODYS = new PaymentHandle("c0ntract-no-such-payment");

    static void requireCode(ProviderException.Code code, ThrowingCallable call) {
        org.assertj.core.api.Assertions.assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProviderException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
