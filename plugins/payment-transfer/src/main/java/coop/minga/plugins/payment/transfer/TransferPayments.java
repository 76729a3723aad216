package coop.minga.plugins.payment.transfer;

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
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.api.payment.StaffApproval;
import coop.minga.plugin.api.payment.StatementImport;
import coop.minga.plugin.api.payment.StatementLine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Takes transfers to one bank account. */
final class TransferPayments
        implements PaymentProvider, CheckoutForms, StaffApproval, StatementImport {

    private final ProviderContext context;
    private final Settings settings;
    private final Ledger ledger;
    private final Refunds refunds;

    TransferPayments(ProviderContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
        this.ledger = new Ledger(context.state());
        this.refunds = new Refunds(ledger, context.clock());
    }

    @Override
    public ProbeResult probe(Call call) {
        Text account = Text.of("Account", "Cuenta");
        Text currencies = Text.of("Currencies", "Monedas");
        Set<String> strange = new TreeSet<>(settings.currencies());
        strange.removeIf(code -> Settings.asset(code).isPresent());
        boolean known = strange.isEmpty() && !settings.currencies().isEmpty();
        return ProbeResult.of(
                List.of(
                        ProbeResult.Check.passed(
                                account,
                                Text.of(
                                        "shown to payers as configured; nobody checks it",
                                        "se muestra tal cual a quien paga; nadie la comprueba")),
                        known
                                ? ProbeResult.Check.passed(
                                        currencies, String.join(", ", settings.currencies()))
                                : ProbeResult.Check.failed(
                                        currencies,
                                        strange.isEmpty() ? "—" : String.join(", ", strange),
                                        Text.of(
                                                "Name currencies by their ISO codes, such as USD.",
                                                "Indica monedas por su código ISO, como USD."))));
    }

    @Override
    public Mode mode() {
        return settings.mode();
    }

    @Override
    public List<AmountRange> accepts() {
        return settings.accepts();
    }

    @Override
    public HookCheck hookCheck() {
        return HookCheck.NONE;
    }

    @Override
    public Payment start(Call call, PaymentIntent intent) {
        if (intent.mode() != settings.mode()) {
            throw refused("This account is for " + settings.mode() + " money only");
        }
        if (accepts().stream().noneMatch(range -> range.holds(intent.amount()))) {
            throw refused("Not an amount that is taken here: " + intent.amount());
        }
        String key = call.key().value();
        String inputs =
                Names.hex(
                        String.join(
                                "\0",
                                intent.reference(),
                                intent.amount().toString(),
                                intent.payer().reference()));
        Transfer transfer =
                ledger.begin(
                        Names.id(key),
                        Doc.at(now())
                                .with("key", key)
                                .with("inputs", inputs)
                                .with("reference", intent.reference())
                                .with("code", Names.reference(settings.prefix(), key))
                                .with(intent.amount()));
        if (!transfer.begun().text("inputs").equals(inputs)) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH,
                    "Key " + key + " was used before for something else");
        }
        return seen(transfer);
    }

    /** Nothing is ever reserved: what a bank moved is there, whole. */
    @Override
    public Payment capture(Call call, PaymentHandle handle, Money amount) {
        Transfer transfer = ledger.get(handle.value());
        if (!transfer.isPaid()) {
            throw new ProviderException(Code.CONFLICT, "The money has not come");
        }
        return seen(transfer);
    }

    @Override
    public Payment cancel(Call call, PaymentHandle handle) {
        return end(handle, DeclineReason.CANCELED_BY_HOST.name(), "");
    }

    @Override
    public Refund refund(Call call, RefundRequest request) {
        return refunds.ask(call, request);
    }

    @Override
    public Optional<Payment> find(Call call, IdempotencyKey key) {
        return ledger.find(Names.id(key.value())).map(this::seen);
    }

    @Override
    public Optional<Refund> findRefund(Call call, IdempotencyKey key) {
        return refunds.find(key);
    }

    @Override
    public Payment observe(Call call, PaymentHandle handle) {
        return seen(ledger.get(handle.value()));
    }

    @Override
    public Refund observeRefund(Call call, RefundHandle handle) {
        return refunds.get(handle);
    }

    /** Banks call nobody. */
    @Override
    public HookResult verifyAndParse(Call call, RawRequest request) {
        return HookResult.refused(HookResult.Reason.NOT_FOR_US);
    }

    @Override
    public Page<Payment> list(Call call, Instant since, Page.Token token) {
        return Page.last(
                ledger.all().stream()
                        .filter(each -> each.isPaid() && !each.begun().at().isBefore(since))
                        .limit(200)
                        .map(this::seen)
                        .toList());
    }

    @Override
    public CheckoutPage page(Call call, PaymentHandle handle) {
        return Instructions.page(requireOpen(handle), settings);
    }

    @Override
    public Payment submit(Call call, PaymentHandle handle, ProviderConfig values) {
        requireOpen(handle);
        Transfer transfer = ledger.sent(handle.value(), Instructions.told(Doc.at(now()), values));
        tellHost(transfer);
        return seen(transfer);
    }

    private Transfer requireOpen(PaymentHandle handle) {
        Transfer transfer = ledger.get(handle.value());
        if (!(transfer.outcome(now(), settings.openFor())
                instanceof PaymentOutcome.RequiresAction)) {
            throw new ProviderException(Code.CONFLICT, "There is nothing to do for the payer");
        }
        return transfer;
    }

    @Override
    public Payment confirm(Call call, PaymentHandle handle, Money received, String note) {
        Transfer transfer = ledger.get(handle.value());
        if (!received.equals(transfer.amount())) {
            throw new ProviderException(
                    Code.INVALID_REQUEST,
                    Text.of(
                            "Asked for was " + transfer.amount() + ", not " + received,
                            "Se pidió " + transfer.amount() + ", no " + received));
        }
        Payment after = end(handle, Transfer.PAID, note);
        if (after.captured().isZero()) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "This payment was given up: send the money back, or credit it by an"
                                    + " adjustment",
                            "Este pago se abandonó: devuelve el dinero o acredítalo con un"
                                    + " ajuste"));
        }
        return after;
    }

    @Override
    public Payment reject(Call call, PaymentHandle handle, String note) {
        return end(handle, DeclineReason.REFUSED_BY_PROVIDER.name(), note);
    }

    private Payment end(PaymentHandle handle, String what, String note) {
        Transfer transfer =
                ledger.end(handle.value(), Doc.at(now()).with("what", what).with("note", note));
        tellHost(transfer);
        return seen(transfer);
    }

    @Override
    public Refund confirmRefund(Call call, RefundHandle handle, String note) {
        return refunds.confirm(handle, note);
    }

    @Override
    public List<StatementLine> take(Call call, byte[] statement) {
        List<Entry> entries = Statement.read(statement, settings.columns());
        return new Matching(ledger, settings, now(), this::tellHost).match(entries);
    }

    private void tellHost(Transfer transfer) {
        context.changed(new IdempotencyKey(transfer.begun().text("key")));
    }

    @Override
    public void close() {}

    private Payment seen(Transfer transfer) {
        return transfer.seen(settings.mode(), now(), settings.openFor());
    }

    private Instant now() {
        return context.clock().instant();
    }

    private static ProviderException refused(String message) {
        return new ProviderException(Code.INVALID_REQUEST, message);
    }
}
