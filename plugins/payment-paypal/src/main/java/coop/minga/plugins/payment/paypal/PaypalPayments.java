package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Payout;
import coop.minga.plugin.api.payment.PayoutHandle;
import coop.minga.plugin.api.payment.PayoutRequest;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.Recipient;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RecipientRequest;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundRequest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Takes money through one PayPal app. */
final class PaypalPayments implements PaymentProvider, Payouts {

    private final ProviderContext context;
    private final Settings settings;
    private final Checkout checkout;
    private final RefundDesk refunds;
    private final PayoutDesk payouts;
    private final History history;
    private final Hooks hooks;
    private final Probe probe;

    PaypalPayments(ProviderContext context, Site site, Settings settings, Trust trust) {
        this.context = context;
        this.settings = settings;
        Api api = new Api(context, site, settings);
        Journal journal = new Journal(context.state(), context.clock());
        Orders orders = new Orders(api, site, settings);
        this.checkout = new Checkout(context, settings, orders, journal);
        this.refunds = new RefundDesk(api, orders, journal);
        this.payouts = new PayoutDesk(api, settings, journal);
        this.history = new History(context, api, orders);
        this.hooks = new Hooks(context, site, settings, api, orders, trust);
        this.probe = new Probe(context, settings, api);
    }

    @Override
    public ProbeResult probe(Call call) {
        return probe.look(call);
    }

    @Override
    public Mode mode() {
        return settings.mode();
    }

    @Override
    public List<AmountRange> accepts() {
        return Cash.ranges(settings.currencies());
    }

    @Override
    public HookCheck hookCheck() {
        return HookCheck.AFTER_STORING;
    }

    @Override
    public Payment start(Call call, PaymentIntent intent) {
        requireOurMode(intent.mode());
        if (accepts().stream().noneMatch(range -> range.holds(intent.amount()))) {
            throw refused("Not an amount that PayPal takes here: " + intent.amount());
        }
        return plainly(() -> checkout.start(call, intent));
    }

    @Override
    public Payment capture(Call call, PaymentHandle handle, Money amount) {
        return plainly(() -> checkout.capture(call, handle.value(), amount));
    }

    @Override
    public Payment cancel(Call call, PaymentHandle handle) {
        return plainly(() -> checkout.cancel(call, handle.value()));
    }

    @Override
    public Refund refund(Call call, RefundRequest request) {
        return plainly(() -> refunds.refund(call, request));
    }

    @Override
    public Optional<Payment> find(Call call, IdempotencyKey key) {
        return plainly(() -> checkout.find(call, key));
    }

    @Override
    public Optional<Refund> findRefund(Call call, IdempotencyKey key) {
        return plainly(() -> refunds.find(call, key));
    }

    @Override
    public Payment observe(Call call, PaymentHandle handle) {
        return plainly(() -> checkout.observe(call, handle.value()));
    }

    @Override
    public Refund observeRefund(Call call, RefundHandle handle) {
        return plainly(() -> refunds.observe(call, handle.value()));
    }

    @Override
    public HookResult verifyAndParse(Call call, RawRequest request) {
        return plainly(() -> hooks.verify(call, request));
    }

    @Override
    public Page<Payment> list(Call call, Instant since, Page.Token token) {
        return plainly(() -> history.page(call, since, token));
    }

    @Override
    public Recipient enroll(Call call, RecipientRequest request) {
        requireOurMode(request.mode());
        return payouts.enroll(request);
    }

    @Override
    public Recipient observeRecipient(Call call, RecipientHandle handle) {
        return payouts.recipient(handle);
    }

    @Override
    public Payout pay(Call call, PayoutRequest request) {
        requireOurMode(request.mode());
        return plainly(() -> payouts.pay(call, request));
    }

    @Override
    public Optional<Payout> findPayout(Call call, IdempotencyKey key) {
        return plainly(() -> payouts.find(call, key));
    }

    @Override
    public Payout observePayout(Call call, PayoutHandle handle) {
        return plainly(() -> payouts.observe(call, handle.value()));
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "PaypalPayments[" + context.name() + ", " + settings.mode() + "]";
    }

    private void requireOurMode(Mode mode) {
        if (mode != settings.mode()) {
            throw refused("These credentials are for " + settings.mode() + " only");
        }
    }

    /** What is left of PayPal's errors, in the host's terms. */
    private static <T> T plainly(Supplier<T> work) {
        try {
            return work.get();
        } catch (Refusal refusal) {
            throw refusal.asFailure();
        }
    }

    static ProviderException refused(String message) {
        return new ProviderException(Code.INVALID_REQUEST, message);
    }
}
