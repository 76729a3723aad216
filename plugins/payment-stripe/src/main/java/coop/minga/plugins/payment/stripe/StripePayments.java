package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.Dispute;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.Disputes;
import coop.minga.plugin.api.payment.Evidence;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.MethodSetup;
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
import coop.minga.plugin.api.payment.SavedMethods;
import coop.minga.plugin.api.payment.SetupHandle;
import coop.minga.plugin.api.payment.SetupRequest;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One Stripe account in one mode. Refuses what is not its own and hands the rest to its desks. */
final class StripePayments implements PaymentProvider, SavedMethods, Disputes, Payouts {

    /** Who does what, all on the same account. */
    private record Desks(
            Checkouts checkouts,
            Refunds refunds,
            Books books,
            SavedCards cards,
            Setups setups,
            DisputeDesk disputes,
            PayoutDesk payouts,
            Hooks hooks,
            Preflight preflight) {}

    private final StripeConfig config;
    private final Clock clock;
    private final Desks desks;

    private StripePayments(StripeConfig config, Clock clock, Desks desks) {
        this.config = config;
        this.clock = clock;
        this.desks = desks;
    }

    static StripePayments of(ProviderContext context, StripeConfig config) {
        Clock clock = context.clock();
        StripeApi api = new StripeApi(context, config);
        Tags tags = new Tags(context.hostId());
        Found found = new Found(tags, clock);
        Seen seen = new Seen(clock);
        Checkouts checkouts = new Checkouts(api, tags, found, seen);
        return new StripePayments(
                config,
                clock,
                new Desks(
                        checkouts,
                        new Refunds(api, tags, found, checkouts),
                        new Books(api, tags, seen, clock),
                        new SavedCards(api, tags, found, seen),
                        new Setups(api, tags, found, clock),
                        new DisputeDesk(api, tags, clock),
                        new PayoutDesk(api, tags, context.publicUrl()),
                        new Hooks(config.hookSecrets(), config.mode(), tags),
                        new Preflight(api, config, context)));
    }

    @Override
    public ProbeResult probe(Call call) {
        return desks.preflight().run(call);
    }

    @Override
    public Mode mode() {
        return config.mode();
    }

    @Override
    public List<AmountRange> accepts() {
        return config.accepts();
    }

    @Override
    public HookCheck hookCheck() {
        return HookCheck.IN_REQUEST;
    }

    @Override
    public Payment start(Call call, PaymentIntent intent) {
        requireServed(intent);
        return desks.checkouts().start(call, intent);
    }

    private void requireServed(PaymentIntent intent) {
        requireMode(intent.mode());
        if (config.accepts().stream().noneMatch(range -> range.holds(intent.amount()))
                || !Currencies.isRound(intent.amount())) {
            throw new ProviderException(
                    Code.INVALID_REQUEST,
                    Text.of("Stripe does not take this amount.", "Stripe no acepta este importe."));
        }
    }

    private void requireMode(Mode mode) {
        if (mode != config.mode()) {
            throw new ProviderException(
                    Code.INVALID_REQUEST,
                    Text.of(
                            "This Stripe account is set up for the other mode.",
                            "Esta cuenta de Stripe está configurada para el otro modo."));
        }
    }

    @Override
    public Payment capture(Call call, PaymentHandle handle, Money amount) {
        return desks.checkouts().capture(call, handle, amount);
    }

    @Override
    public Payment cancel(Call call, PaymentHandle handle) {
        return desks.checkouts().cancel(call, handle);
    }

    @Override
    public Refund refund(Call call, RefundRequest request) {
        return desks.refunds().refund(call, request);
    }

    @Override
    public Optional<Payment> find(Call call, IdempotencyKey key) {
        return desks.checkouts().find(call, key);
    }

    @Override
    public Optional<Refund> findRefund(Call call, IdempotencyKey key) {
        return desks.refunds().find(call, key);
    }

    @Override
    public Payment observe(Call call, PaymentHandle handle) {
        return desks.checkouts().observe(call, handle);
    }

    @Override
    public Refund observeRefund(Call call, RefundHandle handle) {
        return desks.refunds().observe(call, handle);
    }

    @Override
    public HookResult verifyAndParse(Call call, RawRequest request) {
        return desks.hooks().verify(request, clock.instant());
    }

    @Override
    public Page<Payment> list(Call call, Instant since, Page.Token token) {
        return desks.books().list(call, since, token);
    }

    @Override
    public MethodSetup setup(Call call, SetupRequest request) {
        requireMode(request.mode());
        return desks.setups().setup(call, request);
    }

    @Override
    public Optional<MethodSetup> findSetup(Call call, IdempotencyKey key) {
        return desks.setups().find(call, key);
    }

    @Override
    public MethodSetup observeSetup(Call call, SetupHandle handle) {
        return desks.setups().observe(call, handle);
    }

    @Override
    public Payment charge(Call call, PaymentIntent intent, MethodHandle method) {
        requireServed(intent);
        return desks.cards().charge(call, intent, method);
    }

    @Override
    public void remove(Call call, MethodHandle method) {
        desks.cards().remove(call, method);
    }

    @Override
    public Dispute observeDispute(Call call, DisputeHandle handle) {
        return desks.disputes().observe(call, handle);
    }

    @Override
    public Page<Dispute> listDisputes(Call call, Instant since, Page.Token token) {
        return desks.disputes().list(call, since, token);
    }

    @Override
    public Dispute answer(Call call, DisputeHandle handle, Evidence evidence, boolean submit) {
        return desks.disputes().answer(call, handle, evidence, submit);
    }

    @Override
    public Dispute accept(Call call, DisputeHandle handle) {
        return desks.disputes().accept(call, handle);
    }

    @Override
    public Recipient enroll(Call call, RecipientRequest request) {
        requireMode(request.mode());
        return desks.payouts().enroll(call, request);
    }

    @Override
    public Recipient observeRecipient(Call call, RecipientHandle handle) {
        return desks.payouts().observeRecipient(call, handle);
    }

    @Override
    public Payout pay(Call call, PayoutRequest request) {
        requireMode(request.mode());
        return desks.payouts().pay(call, request);
    }

    @Override
    public Optional<Payout> findPayout(Call call, IdempotencyKey key) {
        return desks.payouts().find(call, key);
    }

    @Override
    public Payout observePayout(Call call, PayoutHandle handle) {
        return desks.payouts().observe(call, handle);
    }

    /** Holds nothing: connections are the host's. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "Stripe[" + config.mode() + "]";
    }
}
