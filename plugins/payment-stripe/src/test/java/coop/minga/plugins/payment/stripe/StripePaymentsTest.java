package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RecipientRequest;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.LoopbackVendor;
import coop.minga.plugin.testkit.PaymentProviderContract;

import org.junit.jupiter.api.AfterEach;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The contract of payment providers, with Stripe's library talking to a Stripe on loopback. */
final class StripePaymentsTest extends PaymentProviderContract {

    private final FakeStripe stripe = new FakeStripe();

    @AfterEach
    void closeStripe() {
        stripe.close();
        stripe.requireSpecified();
    }

    @Override
    protected ProviderFactory<PaymentProvider> factory() {
        return new StripePaymentsFactory();
    }

    @Override
    protected Map<String, Object> config() {
        return StripeScene.config(stripe);
    }

    @Override
    protected Optional<Map<String, Object>> wrongCredentials() {
        Map<String, Object> wrong = new HashMap<>(config());
        wrong.put(StripeConfig.SECRET_KEY, "sk_test_anotherOne");
        return Optional.of(wrong);
    }

    @Override
    protected int madeAtVendor(String reference) {
        return stripe.count("checkout.session", reference)
                + (int)
                        stripe.all("payment_intent").stream()
                                .map(intent -> intent.getAsJsonObject("metadata"))
                                .filter(tags ->
                                        FakeBooks.text(tags, "minga_reference").equals(reference)
                                                && FakeBooks.text(tags, "minga_way")
                                                        .equals("CHARGE"))
                                .count();
    }

    @Override
    protected void pay(PaymentProvider provider, Payment started) {
        stripe.does(money -> money.pay(started.handle().value()));
    }

    @Override
    protected Optional<DeclineReason> decline(PaymentProvider provider, Payment started) {
        stripe.does(money -> money.promise(started.handle().value()));
        stripe.does(money -> money.stayAway(started.handle().value(), "insufficient_funds"));
        return Optional.of(DeclineReason.INSUFFICIENT_FUNDS);
    }

    @Override
    protected Optional<RawRequest> hook(PaymentProvider provider, Payment payment, Instant at) {
        return Optional.of(
                StripeScene.hook(
                        "checkout.session.completed", stripe.look(payment.handle().value()), at));
    }

    @Override
    protected Set<String> signatureHeaders() {
        return Set.of(Signature.HEADER);
    }

    @Override
    protected Optional<Map<String, Object>> withoutHookSecret() {
        Map<String, Object> careless = new HashMap<>(config());
        careless.put(StripeConfig.WEBHOOK_SECRET, " ");
        return Optional.of(careless);
    }

    @Override
    protected Optional<DisputeHandle> dispute(PaymentProvider provider, Payment paid) {
        List<String> made = new ArrayList<>();
        stripe.hears(desk ->
                made.add(
                        desk.dispute(
                                StripeScene.intentOf(stripe, paid.handle()), "needs_response")));
        return Optional.of(new DisputeHandle(made.getFirst()));
    }

    @Override
    protected void save(PaymentProvider provider, MethodSetup begun) {
        stripe.does(money -> money.save(begun.handle().value(), ""));
    }

    @Override
    protected RecipientHandle recipient(Payouts payouts) {
        RecipientHandle recipient =
                payouts.enroll(
                                Calls.fresh(),
                                new RecipientRequest(
                                        "usr_1",
                                        "ana@example.org",
                                        "US",
                                        coop.minga.plugin.api.payment.Mode.TEST,
                                        URI.create("http://localhost:8080/earnings")))
                        .handle();
        stripe.hears(desk -> desk.approve(recipient.value()));
        return recipient;
    }

    @Override
    protected Optional<AutoCloseable> stall() {
        stripe.vendor().next(LoopbackVendor.Fault.HANG);
        return Optional.of(() -> {});
    }
}
