package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.CheckoutForms;
import coop.minga.plugin.api.payment.CheckoutPage;
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
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.api.payment.SavedMethods;
import coop.minga.plugin.api.payment.SetupHandle;
import coop.minga.plugin.api.payment.SetupRequest;
import coop.minga.plugins.payment.sandbox.Step.What;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Takes test money. */
final class SandboxPayments implements PaymentProvider, CheckoutForms, SavedMethods, Disputes {

    static final List<AmountRange> ACCEPTS =
            List.of(
                    AmountRange.of(Asset.USD, 50, 99_999_999),
                    AmountRange.of(new Asset("EUR", 2), 50, 99_999_999),
                    AmountRange.of(new Asset("JPY", 0), 50, 99_999_999),
                    AmountRange.of(new Asset("BHD", 3), 500, 999_999_999));

    private static final Pattern REFERENCE = Pattern.compile("[A-Za-z0-9._:-]{1,100}");

    private final ProviderContext context;
    private final Duration settleAfter;
    private final Hooks hooks;
    private final Book book;
    private final DisputeDesk disputes;
    private final CardVault vault;

    SandboxPayments(ProviderContext context, Duration settleAfter, Hooks hooks) {
        this.context = context;
        this.settleAfter = settleAfter;
        this.hooks = hooks;
        this.book = new Book(context.state());
        this.vault = new CardVault(context.state(), context.clock());
        this.disputes = new DisputeDesk(book, context.clock(), settleAfter);
    }

    @Override
    public ProbeResult probe(Call call) {
        Text name = Text.of("Webhook secret", "Secreto de webhooks");
        return ProbeResult.of(
                List.of(
                        ProbeResult.Check.passed(
                                Text.of("Test money", "Dinero de prueba"),
                                Text.of("nobody pays", "nadie paga")),
                        hooks.canCheck()
                                ? ProbeResult.Check.passed(name, Text.of("set", "puesto"))
                                : ProbeResult.Check.failed(
                                        name,
                                        Text.of("the secret is blank", "el secreto está en blanco"),
                                        Text.of(
                                                "Remove the setting, or give it a value.",
                                                "Quita el ajuste o dale un valor."))));
    }

    @Override
    public Mode mode() {
        return Mode.TEST;
    }

    @Override
    public List<AmountRange> accepts() {
        return ACCEPTS;
    }

    @Override
    public HookCheck hookCheck() {
        return HookCheck.IN_REQUEST;
    }

    @Override
    public Payment start(Call call, PaymentIntent intent) {
        return begin(call, intent, "", step -> step);
    }

    @Override
    public Payment charge(Call call, PaymentIntent intent, MethodHandle method) {
        Optional<Card> card = vault.card(method);
        return begin(
                call,
                intent,
                method.value(),
                step ->
                        card.map(saved -> step.with("card", saved.number()))
                                .orElseGet(() -> step.with("gone", "yes")));
    }

    /**
     * @param source what is charged; empty when the payer chooses
     */
    private Payment begin(
            Call call, PaymentIntent intent, String source, UnaryOperator<Step> chosen) {
        if (intent.mode() != Mode.TEST) {
            throw refused("This provider takes test money only");
        }
        if (ACCEPTS.stream().noneMatch(range -> range.holds(intent.amount()))) {
            throw refused("Not an amount that test money covers: " + intent.amount());
        }
        if (!REFERENCE.matcher(intent.reference()).matches()) {
            throw refused("A reference matches " + REFERENCE);
        }
        String inputs =
                Book.sha256(
                        String.join(
                                "\0",
                                intent.reference(),
                                intent.amount().toString(),
                                intent.capture().name(),
                                intent.payer().reference(),
                                source));
        Step started =
                Step.of(What.STARTED, now())
                        .with("key", call.key().value())
                        .with("reference", intent.reference())
                        .with("minor", intent.amount().minor())
                        .with("asset", intent.amount().asset().code())
                        .with("scale", intent.amount().asset().scale())
                        .with("capture", intent.capture().name())
                        .with("inputs", inputs);
        History history = book.begin(Book.name(call.key().value()), chosen.apply(started));
        if (!history.start().text("inputs").equals(inputs)) {
            throw mismatch(call);
        }
        return seen(history);
    }

    @Override
    public Payment capture(Call call, PaymentHandle handle, Money amount) {
        return seen(
                book.add(
                        handle.value(),
                        history ->
                                switch (history.outcome(now(), settleAfter)) {
                                    case PaymentOutcome.Succeeded _ -> Optional.empty();
                                    case PaymentOutcome.Authorized _ -> {
                                        if (!amount.isPositive()
                                                || amount.compareTo(history.amount()) > 0) {
                                            throw refused(
                                                    "Of " + history.amount() + " not " + amount);
                                        }
                                        yield Optional.of(
                                                Step.of(What.CAPTURED, now())
                                                        .with("minor", amount.minor()));
                                    }
                                    case PaymentOutcome.Pending _,
                                            PaymentOutcome.RequiresAction _,
                                            PaymentOutcome.Declined _,
                                            PaymentOutcome.Unknown _ ->
                                            throw conflict("Nothing is authorized");
                                }));
    }

    @Override
    public Payment cancel(Call call, PaymentHandle handle) {
        return seen(
                book.add(
                        handle.value(),
                        history ->
                                switch (history.outcome(now(), settleAfter)) {
                                    case PaymentOutcome.Succeeded _, PaymentOutcome.Declined _ ->
                                            Optional.empty();
                                    case PaymentOutcome.Authorized _,
                                            PaymentOutcome.Pending _,
                                            PaymentOutcome.RequiresAction _,
                                            PaymentOutcome.Unknown _ ->
                                            Optional.of(Step.of(What.CANCELED, now()));
                                }));
    }

    @Override
    public Refund refund(Call call, RefundRequest request) {
        String payment = request.payment().value();
        String key = call.key().value();
        String inputs = Book.sha256(payment + "\0" + request.reference() + "\0" + request.amount());
        History history =
                book.add(
                        payment,
                        now -> {
                            if (now.refund(key).isPresent()) {
                                return Optional.empty();
                            }
                            return Optional.of(
                                    Step.of(What.REFUNDED, now())
                                            .with("key", key)
                                            .with("minor", request.amount().minor())
                                            .with("outcome", verdict(now, request.amount()))
                                            .with("inputs", inputs));
                        });
        Step refund = history.refund(key).orElseThrow();
        if (!refund.text("inputs").equals(inputs)) {
            throw mismatch(call);
        }
        return refund(history, refund);
    }

    private String verdict(History history, Money amount) {
        Money captured = history.captured(now(), settleAfter);
        if (!amount.asset().equals(history.asset())) {
            throw refused("The payment is in " + history.asset().code());
        }
        if (captured.isZero()) {
            return RefundOutcome.Reason.NOT_CAPTURED.name();
        }
        if (history.disputedAt(now(), settleAfter).isPresent()) {
            return RefundOutcome.Reason.DISPUTED.name();
        }
        return history.refunded().plus(amount).compareTo(captured) > 0
                ? RefundOutcome.Reason.EXCEEDS_PAYMENT.name()
                : "done";
    }

    private static Refund refund(History history, Step refund) {
        String outcome = refund.text("outcome");
        return Refund.of(
                        new RefundHandle(history.payment() + "." + refund.text("key")),
                        new PaymentHandle(history.payment()),
                        history.money(refund.number("minor")),
                        outcome.equals("done")
                                ? RefundOutcome.succeeded()
                                : RefundOutcome.declined(RefundOutcome.Reason.valueOf(outcome)))
                .withKey(new IdempotencyKey(refund.text("key")));
    }

    @Override
    public Optional<Payment> find(Call call, IdempotencyKey key) {
        return book.find(Book.name(key.value())).map(this::seen);
    }

    @Override
    public Optional<Refund> findRefund(Call call, IdempotencyKey key) {
        return book.since(Instant.EPOCH).stream()
                .flatMap(history ->
                        history.refund(key.value()).map(step -> refund(history, step)).stream())
                .findFirst();
    }

    @Override
    public Payment observe(Call call, PaymentHandle handle) {
        return seen(history(handle));
    }

    @Override
    public Refund observeRefund(Call call, RefundHandle handle) {
        int dot = handle.value().indexOf('.');
        if (dot < 0) {
            throw Book.notFound("refund");
        }
        History history = history(new PaymentHandle(handle.value().substring(0, dot)));
        return history.refund(handle.value().substring(dot + 1))
                .map(step -> refund(history, step))
                .orElseThrow(() -> Book.notFound("refund"));
    }

    @Override
    public HookResult verifyAndParse(Call call, RawRequest request) {
        return hooks.verify(request, now());
    }

    @Override
    public Page<Payment> list(Call call, Instant since, Page.Token token) {
        return Page.last(
                book.since(since).stream()
                        .map(this::seen)
                        .filter(payment -> payment.captured().isPositive())
                        .toList());
    }

    @Override
    public CheckoutPage page(Call call, PaymentHandle handle) {
        History history = history(handle);
        requireOpen(history);
        return CheckoutForm.page(history);
    }

    @Override
    public Payment submit(Call call, PaymentHandle handle, ProviderConfig values) {
        History history =
                book.add(
                        handle.value(),
                        now -> {
                            requireOpen(now);
                            return Optional.of(CheckoutForm.step(now, values, now()));
                        });
        context.changed(new IdempotencyKey(history.start().text("key")));
        return seen(history);
    }

    @Override
    public MethodSetup setup(Call call, SetupRequest request) {
        if (request.mode() != Mode.TEST) {
            throw refused("This provider keeps test cards only");
        }
        return vault.setup(call, request);
    }

    @Override
    public Optional<MethodSetup> findSetup(Call call, IdempotencyKey key) {
        return vault.find(key);
    }

    @Override
    public MethodSetup observeSetup(Call call, SetupHandle handle) {
        return vault.observe(handle);
    }

    @Override
    public void remove(Call call, MethodHandle method) {
        vault.remove(method);
    }

    @Override
    public CheckoutPage page(Call call, SetupHandle handle) {
        return vault.page(handle);
    }

    @Override
    public MethodSetup submit(Call call, SetupHandle handle, ProviderConfig values) {
        return vault.submit(handle, values);
    }

    private void requireOpen(History history) {
        if (!(history.outcome(now(), settleAfter) instanceof PaymentOutcome.RequiresAction)) {
            throw conflict("There is nothing to do for the payer");
        }
    }

    /** Somebody disputes a payment; a card does so by itself. */
    DisputeHandle openDispute(PaymentHandle handle) {
        return disputes.open(handle);
    }

    @Override
    public Dispute observeDispute(Call call, DisputeHandle handle) {
        return disputes.observe(handle);
    }

    @Override
    public Page<Dispute> listDisputes(Call call, Instant since, Page.Token token) {
        return Page.last(disputes.since(since));
    }

    @Override
    public Dispute answer(Call call, DisputeHandle handle, Evidence evidence, boolean submit) {
        return disputes.answer(handle, evidence, submit);
    }

    @Override
    public Dispute accept(Call call, DisputeHandle handle) {
        return disputes.accept(handle);
    }

    @Override
    public void close() {}

    private History history(PaymentHandle handle) {
        return book.find(handle.value()).orElseThrow(() -> Book.notFound("payment"));
    }

    private Payment seen(History history) {
        return history.seen(now(), settleAfter);
    }

    private Instant now() {
        return context.clock().instant();
    }

    private static ProviderException refused(String message) {
        return new ProviderException(Code.INVALID_REQUEST, message);
    }

    static ProviderException conflict(String message) {
        return new ProviderException(Code.CONFLICT, message);
    }

    static ProviderException mismatch(Call call) {
        return new ProviderException(
                Code.IDEMPOTENCY_MISMATCH,
                "Key " + call.key() + " was used before for something else");
    }
}
