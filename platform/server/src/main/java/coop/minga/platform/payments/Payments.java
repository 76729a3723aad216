package coop.minga.platform.payments;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.ListQuery;
import coop.minga.platform.http.Principal;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.providers.Outcome;
import coop.minga.platform.wallet.Cashier;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;

import io.micrometer.core.instrument.MeterRegistry;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Payments for customers and operators. Thread-safe. */
public final class Payments {

    private static final ErrorCode NO_SUCH_WAY = ErrorCode.conflict("payments.way-not-available");
    private static final Duration ROUND = Duration.ofSeconds(15);

    /**
     * What this room is built from.
     *
     * @param mode the one mode of money of this installation: a trial takes test money only,
     *     production real money only
     */
    public record Parts(
            Mode mode,
            Vendors vendors,
            Intents intents,
            WalletService wallet,
            Cashier cashier,
            Jobs jobs,
            Events events,
            Audit audit,
            Db db,
            Ids ids,
            Clock clock,
            MeterRegistry meters,
            CrashPoint crash) {}

    private final Parts parts;
    private final PaymentStore store = new PaymentStore();
    private final RefundStore refundStore = new RefundStore();
    private final HookStore hookStore = new HookStore();
    private final Errands errands;
    private final Settlement settlement;
    private final Refunds refunds;
    private final Inbox inbox;
    private final Checkouts checkouts;
    private final MethodStore methodStore = new MethodStore();
    private final Methods methods;
    private final Collector collector;

    public Payments(Parts parts) {
        this.parts = parts;
        Alerts alerts = new Alerts(parts.events(), parts.audit(), parts.meters());
        this.errands = new Errands(parts.vendors(), parts.db(), parts.crash());
        this.settlement =
                new Settlement(store, parts.cashier(), alerts, parts.events(), parts.clock());
        this.refunds = new Refunds(parts, store, refundStore, alerts);
        this.inbox = new Inbox(parts, hookStore);
        this.checkouts = new Checkouts(parts.vendors());
        this.methods = new Methods(this, parts, methodStore, checkouts, alerts);
        this.collector = new Collector(parts, store, methods);
    }

    /** Makes the jobs known; before jobs start. */
    public void register() {
        parts.jobs().register(checkJob());
        parts.jobs().register(refundJob());
        parts.jobs().register(hookJob());
        parts.jobs()
                .register(
                        new SetupJob(
                                methodStore,
                                methods,
                                errands,
                                parts.intents(),
                                parts.db(),
                                parts.clock()));
        parts.jobs().every(ROUND, janitor(), new JanitorJob.Round());
    }

    CheckJob checkJob() {
        return new CheckJob(
                store, settlement, methods, errands, parts.intents(), parts.db(), parts.clock());
    }

    RefundJob refundJob() {
        return new RefundJob(store, refundStore, refunds, errands, parts.db(), parts.clock());
    }

    HookJob hookJob() {
        return new HookJob(
                hookStore, store, refundStore, methodStore, settlement, inbox, errands, parts);
    }

    JanitorJob janitor() {
        return new JanitorJob(
                store,
                refundStore,
                methodStore,
                hookStore,
                settlement,
                parts.jobs(),
                parts.db(),
                parts.clock());
    }

    Settlement settlement() {
        return settlement;
    }

    public Inbox inbox() {
        return inbox;
    }

    public Methods methods() {
        return methods;
    }

    /** Where people say what a provider cannot see. */
    public Confirmations confirmations() {
        return new Confirmations(parts, store, refundStore, settlement, refunds);
    }

    /** Where others of the house have debts collected. */
    public Collector collector() {
        return collector;
    }

    /** A provider says that something changed about what was started under a key. */
    public void hint(String provider, IdempotencyKey key) {
        parts.db()
                .useTransaction(handle -> {
                    store.byKey(handle, provider, key).ifPresent(id -> check(handle, id));
                    methodStore
                            .by(handle, provider, key.value())
                            .ifPresent(id -> methods.ask(handle, id));
                });
    }

    /** Why a provider cannot be removed now; empty when it can. */
    public Optional<Text> inUse(String provider) {
        return parts.db().read(handle -> store.isUsed(handle, provider))
                ? Optional.of(
                        Text.of(
                                "Payments through '" + provider + "' are not decided yet.",
                                "Hay pagos por '" + provider + "' aún sin decidir."))
                : Optional.empty();
    }

    /** How customers can pay here now. */
    PaymentViews.Ways ways(String language) {
        List<PaymentViews.Way> ways = new ArrayList<>();
        for (Vendors.Vendor vendor : parts.vendors().all()) {
            if (vendor.takesWork()) {
                usable(vendor.name())
                        .map(terms -> way(vendor, terms, language))
                        .ifPresent(ways::add);
            }
        }
        return new PaymentViews.Ways(ways);
    }

    private static PaymentViews.Way way(Vendors.Vendor vendor, Terms terms, String language) {
        return new PaymentViews.Way(
                vendor.name(),
                vendor.title().in(language),
                terms.mode().name().toLowerCase(Locale.ROOT),
                terms.saves(),
                terms.accepts().stream()
                        .map(range ->
                                new PaymentViews.Range(
                                        range.asset().code(),
                                        range.asset().scale(),
                                        range.least().minor(),
                                        range.most().minor()))
                        .toList());
    }

    /** What a provider takes, when it is of this installation's mode. */
    private Optional<Terms> usable(String provider) {
        return switch (Terms.of(parts.vendors(), provider)) {
            case Outcome.Done<Terms>(Terms terms) ->
                    Optional.of(terms).filter(known -> known.mode() == parts.mode());
            case Outcome.Failed<Terms> _, Outcome.Unknown<Terms> _ -> Optional.empty();
        };
    }

    /** Writes a top-up down; a job begins it at the provider. */
    PaymentViews.PaymentView topUp(Principal who, PaymentViews.TopUpForm form, String language) {
        Terms terms = terms(form.provider());
        MethodId method = form.method();
        if (method != null
                && parts.db()
                        .read(handle -> methods.chargeable(handle, who.team(), method))
                        .filter(saved -> saved.provider().equals(form.provider()))
                        .isEmpty()) {
            throw notAvailable("/method");
        }
        Money amount = amount(terms, form);
        PaymentId id = new PaymentId(parts.ids().next());
        StoredPayment payment =
                new StoredPayment(
                        id,
                        who.team(),
                        who.account(),
                        Purpose.TOPUP,
                        form.method(),
                        form.provider(),
                        terms.mode(),
                        amount,
                        Intents.charge(id),
                        Intents.startKey(id),
                        Standing.created(amount),
                        Money.zero(amount.asset()),
                        parts.ids().next(),
                        0,
                        parts.clock().instant(),
                        parts.clock().instant());
        parts.db()
                .useTransaction(handle -> {
                    store.insert(handle, payment, parts.clock().instant().plus(Settlement.SOON));
                    check(handle, id);
                });
        return PaymentViews.of(payment, language);
    }

    /** What a provider says of itself, when it can be used now. */
    private Terms terms(String provider) {
        return parts.vendors()
                .find(provider)
                .filter(Vendors.Vendor::takesWork)
                .flatMap(vendor -> usable(vendor.name()))
                .orElseThrow(() -> notAvailable("/provider"));
    }

    /** The same of one that keeps methods. */
    Terms savingTerms(String provider) {
        Terms terms = terms(provider);
        if (!terms.saves()) {
            throw notAvailable("/provider");
        }
        return terms;
    }

    private static MingaException notAvailable(String pointer) {
        return MingaException.of(
                        NO_SUCH_WAY,
                        "This way of paying is not available now. Choose another one.",
                        "Esta forma de pago no está disponible ahora. Elige otra.")
                .at(pointer, "not-available");
    }

    private static Money amount(Terms terms, PaymentViews.TopUpForm form) {
        AmountRange range =
                terms.accepts().stream()
                        .filter(each -> each.asset().code().equals(form.asset()))
                        .findFirst()
                        .orElseThrow(() ->
                                MingaException.invalid(
                                        "/asset",
                                        "not-taken",
                                        "This way of paying does not take this currency.",
                                        "Esta forma de pago no admite esta moneda."));
        Asset asset = range.asset();
        if (form.amountMinor() < range.least().minor()
                || form.amountMinor() > range.most().minor()) {
            throw MingaException.invalid(
                    "/amount_minor",
                    "out-of-range",
                    "The amount must be from " + range.least() + " to " + range.most() + ".",
                    "El monto debe ser de " + range.least() + " a " + range.most() + ".");
        }
        return new Money(form.amountMinor(), asset);
    }

    PaymentViews.PaymentView get(Principal who, PaymentId id, String language) {
        return PaymentViews.of(own(who, id), language);
    }

    PaymentViews.Page list(Principal who, ListQuery query, String language) {
        ListQuery.Slice<StoredPayment> page =
                page(query, parts.db().read(handle -> store.ofTeam(handle, who.team(), query)));
        return new PaymentViews.Page(
                page.rows().stream().map(each -> PaymentViews.of(each, language)).toList(),
                page.nextCursor());
    }

    private static ListQuery.Slice<StoredPayment> page(ListQuery query, List<StoredPayment> found) {
        return query.cut(found, each -> new Cursor(each.createdAt(), each.id().value()));
    }

    /** Has the provider asked how it stands; what comes back to the browser decides nothing. */
    PaymentViews.PaymentView look(Principal who, PaymentId id, String language) {
        StoredPayment payment = own(who, id);
        parts.db().useTransaction(handle -> check(handle, id));
        return PaymentViews.of(payment, language);
    }

    PaymentViews.Checkout checkout(Principal who, PaymentId id, String language) {
        return checkouts.page(own(who, id), language);
    }

    /** Hands what the payer filled in to the provider and takes its answer into the books. */
    PaymentViews.PaymentView submit(
            Principal who,
            PaymentId id,
            PaymentViews.CheckoutForm form,
            IdempotencyKey key,
            String language) {
        StoredPayment payment = own(who, id);
        Payment seen = checkouts.submit(payment, form.values(), Intents.submitKey(id, key));
        StoredPayment after =
                parts.db()
                        .inTransaction(handle -> {
                            StoredPayment now = settlement.apply(handle, id, seen);
                            if (now.state() == PaymentState.AUTHORIZED) {
                                check(handle, id);
                            }
                            return now;
                        });
        return PaymentViews.of(after, language);
    }

    private void check(Handle handle, PaymentId id) {
        parts.jobs().enqueue(handle, CheckJob.TYPE, id.toString(), new CheckJob.Check(id));
    }

    private StoredPayment own(Principal who, PaymentId id) {
        return parts.db()
                .read(handle -> store.find(handle, id))
                .filter(payment -> payment.team().equals(who.team()))
                .orElseThrow(Ids::noSuchThing);
    }

    PaymentViews.AdminPage all(ListQuery query, String language) {
        ListQuery.Slice<StoredPayment> page =
                page(query, parts.db().read(handle -> store.all(handle, query)));
        return new PaymentViews.AdminPage(
                page.rows().stream()
                        .map(each -> PaymentViews.admin(each, List.of(), language))
                        .toList(),
                page.nextCursor());
    }

    PaymentViews.AdminView one(PaymentId id, String language) {
        return parts.db()
                .read(handle -> {
                    StoredPayment payment = store.find(handle, id).orElseThrow(Ids::noSuchThing);
                    return PaymentViews.admin(payment, refundStore.of(handle, id), language);
                });
    }

    PaymentViews.RefundView refund(PaymentId id, PaymentViews.RefundForm form, Refunds.By by) {
        String note = form.reason().strip();
        if (note.length() < 3
                || note.length() > 500
                || note.codePoints().anyMatch(Character::isISOControl)) {
            throw MingaException.invalid(
                    "/reason",
                    "invalid-text",
                    "Write 3 to 500 printable characters on one line.",
                    "Escribe de 3 a 500 caracteres visibles en una línea.");
        }
        Long amount = form.amountMinor();
        if (amount != null && (amount < 1 || amount > Money.MAX_MINOR)) {
            throw MingaException.invalid(
                    "/amount_minor",
                    "out-of-range",
                    "The amount must be from 1 to 10^15 minor units.",
                    "El monto debe ser de 1 a 10^15 unidades menores.");
        }
        return PaymentViews.of(refunds.request(id, amount, note, by));
    }
}
