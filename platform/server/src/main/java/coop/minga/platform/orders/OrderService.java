package coop.minga.platform.orders;

import coop.minga.platform.AccountId;
import coop.minga.platform.CrashPoint;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.OrderId;
import coop.minga.platform.QuoteId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.billing.OpenSubscription;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.PlanView;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.ListQuery;
import coop.minga.platform.http.Principal;
import coop.minga.platform.instances.Credential;
import coop.minga.platform.instances.InstanceService;
import coop.minga.platform.instances.Instances;
import coop.minga.platform.instances.Owners;
import coop.minga.platform.instances.Reason;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.Pricing;
import coop.minga.platform.pricing.Quote;
import coop.minga.platform.supply.Reservation;
import coop.minga.platform.supply.Supply;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Quotes and orders. Thread-safe. */
public final class OrderService {

    private static final Duration QUOTE_FOR = Duration.ofMinutes(15);
    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final Parts parts;
    private final OrderStore store = new OrderStore();

    /** What it is made of. */
    public record Parts(
            Db db,
            Orders orders,
            Instances instances,
            Catalog catalog,
            BillingService billing,
            Supply supply,
            Offerings offerings,
            SshKeySource sshKeys,
            Owners owners,
            Ids ids,
            SecureRandom random,
            Clock clock,
            CrashPoint crash) {}

    public OrderService(Parts parts) {
        this.parts = parts;
    }

    OrderViews.QuoteView quote(Principal principal, OrderViews.QuoteForm form, String language) {
        requireKnown(form.safety(), form.placement());
        return parts.db()
                .inTransaction(handle -> {
                    PlanView plan = plan(handle, form.planId());
                    Price price = price(plan, form.price());
                    if (form.config() != null) {
                        planned(plan, form.config(), "quote", language);
                    }
                    Quote quote = quoted(handle, plan, price);
                    Instant now = parts.clock().instant();
                    QuoteId id = new QuoteId(parts.ids().next());
                    Money total = quote.total();
                    store.insertQuote(
                            handle,
                            new OrderStore.QuoteRow(
                                    id,
                                    principal.team(),
                                    plan.plan().id(),
                                    price.component().code(),
                                    total.minor(),
                                    total.asset().code(),
                                    total.asset().scale(),
                                    setup(plan, price).minor(),
                                    now.plus(QUOTE_FOR)),
                            now);
                    return new OrderViews.QuoteView(
                            id,
                            quote.lines().stream()
                                    .map(line ->
                                            new OrderViews.Line(
                                                    line.component(),
                                                    line.description().in(language),
                                                    line.per(),
                                                    OrderViews.Amount.of(line.unitPrice()),
                                                    line.quantity(),
                                                    OrderViews.Amount.of(line.amount())))
                                    .toList(),
                            OrderViews.Amount.of(total),
                            quote.split().stream()
                                    .map(share ->
                                            new OrderViews.Share(
                                                    share.party(),
                                                    OrderViews.Amount.of(share.amount()),
                                                    share.rule()))
                                    .toList(),
                            now.plus(QUOTE_FOR));
                });
    }

    private Quote quoted(Handle handle, PlanView plan, Price price) {
        return Pricing.quote(
                plan.product().name(),
                plan.plan().name(),
                Stream.concat(Stream.of(price), plan.extras(price.amount().asset()).stream())
                        .map(each -> new Pricing.Item(each.component(), each.amount()))
                        .toList(),
                parts.billing().splitRule(handle));
    }

    /** What is paid once besides a price; nothing where the plan has no such price. */
    private static Money setup(PlanView plan, Price price) {
        Asset asset = price.amount().asset();
        return plan.extras(asset).stream()
                .filter(extra -> extra.component() instanceof PriceComponent.Setup)
                .map(Price::amount)
                .reduce(Money.zero(asset), Money::plus);
    }

    /** What is charged for use besides a price. */
    private static List<Price> uses(PlanView plan, Price price) {
        return plan.extras(price.amount().asset()).stream()
                .filter(extra -> extra.component() instanceof PriceComponent.Usage)
                .toList();
    }

    /** What an order came to. */
    sealed interface Result {
        record Accepted(OrderViews.Placed placed) implements Result {}

        record Rehearsed(OrderViews.DryRun plan) implements Result {}
    }

    Result order(Principal principal, OrderViews.OrderForm form, String language) {
        requireKnown(form.safety(), form.placement());
        String name = form.name();
        if (name == null || !name.matches("[a-z0-9-]{1,40}")) {
            throw InstanceService.badName();
        }
        return parts.db()
                .inTransaction(handle -> {
                    PlanView plan = plan(handle, form.planId());
                    Price price = price(plan, form.price());
                    Promise promise = promised(handle, principal, form.quoteId(), plan, price);
                    requirePayable(form.payWith(), promise.total());
                    Offerings.Planned planned =
                            planned(
                                    plan,
                                    form.config() == null ? Map.of() : form.config(),
                                    name,
                                    language);
                    if (Boolean.TRUE.equals(form.dryRun())) {
                        return rehearse(
                                handle, principal, name, plan, price, promise, planned, language);
                    }
                    OrderViews.Placed placed =
                            place(
                                    handle,
                                    principal,
                                    name,
                                    plan,
                                    price,
                                    promise,
                                    String.valueOf(form.payWith()),
                                    planned);
                    parts.crash().at("order.before-commit");
                    handle.afterCommit(() -> parts.crash().at("order.after-commit"));
                    return new Result.Accepted(placed);
                });
    }

    /** Everything of an order, in the one transaction that also holds funds and room. */
    private OrderViews.Placed place(
            Handle handle,
            Principal principal,
            String name,
            PlanView plan,
            Price price,
            Promise promise,
            String payWith,
            Offerings.Planned planned) {
        Instant now = parts.clock().instant();
        Money total = promise.total();
        OrderId order = new OrderId(parts.ids().next());
        InstanceId instance = new InstanceId(parts.ids().next());
        SubscriptionId subscription =
                parts.billing()
                        .open(
                                handle,
                                new OpenSubscription(
                                        principal.team(),
                                        principal.account(),
                                        order,
                                        instance,
                                        plan.plan().id(),
                                        base(price),
                                        plan.plan().refundRule(),
                                        promise.price(),
                                        promise.setup(),
                                        uses(plan, price)));
        DeploymentSpec spec = planned.spec();
        parts.instances()
                .create(
                        handle,
                        new Instances.NewInstance(
                                instance,
                                principal.team(),
                                principal.account(),
                                order,
                                plan.plan().id(),
                                plan.plan().code(),
                                plan.plan().name(),
                                plan.product().name(),
                                plan.product().blueprint(),
                                name,
                                plan.plan().size(),
                                spec.needs(),
                                spec.workload(),
                                spec.environment(),
                                credentials(spec),
                                parts.sshKeys().of(handle, principal.team()),
                                planned.shown()));
        Reason reason = Reason.requested();
        Order row =
                new Order(
                        order,
                        principal.team(),
                        principal.account(),
                        instance,
                        plan.plan().id(),
                        subscription,
                        price.component().code(),
                        total.minor(),
                        total.asset().code(),
                        total.asset().scale(),
                        payWith,
                        OrderState.HELD,
                        reason.code(),
                        reason.text().in("en"),
                        reason.text().in("es"),
                        now,
                        0,
                        now,
                        now,
                        null);
        store.insert(handle, row);
        List<OrderStore.StepRow> steps = new ArrayList<>();
        for (Step step : Step.ALL) {
            boolean done = step == Step.PAYMENT || step == Step.ROOM;
            steps.add(
                    new OrderStore.StepRow(
                            order,
                            step.position(),
                            step.id(),
                            done ? "done" : "pending",
                            done ? now : null,
                            done ? now : null));
        }
        store.insertSteps(handle, steps);
        parts.orders().tell(handle, row, name, OrderState.HELD, reason);
        parts.orders().wake(handle, order);
        // Last, because the node's row is held until the commit.
        Reservation room =
                parts.supply()
                        .reserve(handle, spec.needs(), plan.plan().size(), instance, List.of());
        parts.instances().place(handle, instance, 1, room);
        return new OrderViews.Placed(order, OrderState.HELD, instance, OrderViews.Amount.of(total));
    }

    /** Does it all and takes it back, so that a rehearsal can only say what an order would. */
    private Result rehearse(
            Handle handle,
            Principal principal,
            String name,
            PlanView plan,
            Price price,
            Promise promise,
            Offerings.Planned planned,
            String language) {
        parts.db()
                .rehearse(
                        handle,
                        () ->
                                place(
                                        handle,
                                        principal,
                                        name,
                                        plan,
                                        price,
                                        promise,
                                        "rehearsal",
                                        planned));
        return new Result.Rehearsed(
                new OrderViews.DryRun(
                        true,
                        OrderViews.Amount.of(promise.total()),
                        "default",
                        Step.ALL.stream()
                                .map(step ->
                                        new OrderViews.PlannedStep(
                                                step.id(), step.text().in(language)))
                                .toList()));
    }

    private List<Credential> credentials(DeploymentSpec spec) {
        return spec.secrets().stream()
                .map(secret -> {
                    StringBuilder value = new StringBuilder();
                    for (int i = 0; i < secret.length(); i++) {
                        value.append(LETTERS.charAt(parts.random().nextInt(LETTERS.length())));
                    }
                    return new Credential(secret.variable(), secret.label(), value.toString());
                })
                .toList();
    }

    private PlanView plan(Handle handle, coop.minga.platform.@Nullable PlanId id) {
        if (id == null) {
            throw missing("/plan_id");
        }
        PlanView plan =
                parts.catalog()
                        .sold(handle, id)
                        .orElseThrow(() ->
                                MingaException.invalid(
                                        "/plan_id",
                                        "unknown-plan",
                                        "There is no such plan.",
                                        "No existe ese plan."));
        if (!plan.offered()) {
            throw MingaException.of(
                    ErrorCode.conflict("orders.not-available"),
                    "This plan is not offered right now.",
                    "Este plan no se ofrece en este momento.");
        }
        return plan;
    }

    private static Price price(PlanView plan, @Nullable String component) {
        if (component == null) {
            return plan.choices().getFirst();
        }
        return plan.price(component)
                .filter(price -> price.component() instanceof PriceComponent.Base)
                .orElseThrow(() ->
                        MingaException.invalid(
                                "/price",
                                "unknown-price",
                                "This plan has no price '" + component + "'.",
                                "Este plan no tiene el precio '" + component + "'."));
    }

    /**
     * The price that was shown.
     *
     * @param price for the first period
     * @param setup paid once
     */
    private record Promise(Money price, Money setup) {
        Money total() {
            return price.plus(setup);
        }
    }

    private static PriceComponent.Base base(Price price) {
        return PriceComponent.base(price.component().code()).orElseThrow();
    }

    /** The price that was shown, or refusal: nobody pays another one. */
    private Promise promised(
            Handle handle,
            Principal principal,
            @Nullable QuoteId quoteId,
            PlanView plan,
            Price price) {
        Promise current = new Promise(price.amount(), setup(plan, price));
        if (quoteId == null) {
            return current;
        }
        Optional<OrderStore.QuoteRow> found = store.quote(handle, quoteId, principal.team());
        if (found.isEmpty()) {
            throw MingaException.invalid(
                    "/quote_id",
                    "unknown-quote",
                    "There is no such quote.",
                    "No existe esa cotización.");
        }
        OrderStore.QuoteRow quote = found.get();
        boolean fits =
                quote.planId().equals(plan.plan().id())
                        && quote.component().equals(price.component().code());
        if (!fits) {
            throw MingaException.invalid(
                    "/quote_id",
                    "other-plan",
                    "The quote is for another plan or price.",
                    "La cotización es de otro plan o precio.");
        }
        Promise promised = new Promise(quote.total().minus(quote.setup()), quote.setup());
        boolean valid = quote.expiresAt().isAfter(parts.clock().instant());
        if (!valid && !promised.equals(current)) {
            throw MingaException.of(
                    ErrorCode.conflict("orders.price-changed"),
                    "The price has changed since it was quoted. Look at it again before you"
                            + " order.",
                    "El precio cambió desde la cotización. Revísalo antes de pedir.");
        }
        return promised;
    }

    private static void requirePayable(@Nullable String payWith, Money total) {
        if (payWith == null) {
            throw missing("/pay_with");
        }
        String fitting = total.asset().code().equals("COIN") ? "coins" : "balance";
        if (!Set.of("coins", "balance").contains(payWith)) {
            throw MingaException.invalid(
                    "/pay_with",
                    "unknown-method",
                    "pay_with must be coins or balance.",
                    "pay_with debe ser coins o balance.");
        }
        if (!payWith.equals(fitting)) {
            throw MingaException.invalid(
                    "/pay_with",
                    "other-asset",
                    "This price is in " + total.asset().code() + ": pay with " + fitting + ".",
                    "Este precio es en " + total.asset().code() + ": paga con " + fitting + ".");
        }
    }

    private Offerings.Planned planned(
            PlanView plan, Map<String, Object> chosen, String name, String language) {
        return parts.offerings()
                .plan(
                        plan.product().blueprint(),
                        plan.product().config(),
                        chosen,
                        new DeploymentFacts(name, plan.plan().size(), language));
    }

    private static void requireKnown(@Nullable String safety, @Nullable String placement) {
        if (safety != null && !safety.equals("none")) {
            throw MingaException.invalid(
                    "/safety", "unknown-value", "safety must be none.", "safety debe ser none.");
        }
        if (placement != null && !placement.equals("default")) {
            throw MingaException.invalid(
                    "/placement",
                    "unknown-value",
                    "placement must be default.",
                    "placement debe ser default.");
        }
    }

    private static MingaException missing(String pointer) {
        return MingaException.invalid(
                pointer,
                "missing",
                pointer.substring(1) + " is needed.",
                "Hace falta " + pointer.substring(1) + ".");
    }

    OrderViews.OrderView get(Principal principal, OrderId id, String language) {
        return parts.db()
                .read(handle -> {
                    Order order =
                            store.find(handle, id)
                                    .filter(o -> o.teamId().equals(principal.team()))
                                    .orElseThrow(Ids::noSuchThing);
                    return views(handle, List.of(order), Map.of(), language).getFirst();
                });
    }

    OrderViews.Listed list(Principal principal, ListQuery query, String language) {
        return page(principal, query, language);
    }

    OrderViews.Listed all(ListQuery query, String language) {
        return page(null, query, language);
    }

    private OrderViews.Listed page(
            @Nullable Principal principal, ListQuery query, String language) {
        return parts.db()
                .read(handle -> {
                    ListQuery.Slice<Order> page =
                            query.cut(
                                    store.list(
                                            handle,
                                            principal == null ? null : principal.team(),
                                            query),
                                    order -> new Cursor(order.createdAt(), order.id().value()));
                    List<Order> shown = page.rows();
                    Map<AccountId, Owners.Owner> owners =
                            principal == null
                                    ? parts.owners()
                                            .of(
                                                    handle,
                                                    shown.stream().map(Order::accountId).toList())
                                    : Map.of();
                    return new OrderViews.Listed(
                            views(handle, shown, owners, language),
                            Optional.ofNullable(page.nextCursor()));
                });
    }

    private List<OrderViews.OrderView> views(
            Handle handle,
            List<Order> orders,
            Map<AccountId, Owners.Owner> owners,
            String language) {
        List<OrderStore.StepRow> steps =
                store.steps(handle, orders.stream().map(Order::id).toList());
        return orders.stream()
                .map(order ->
                        new OrderViews.OrderView(
                                order.id(),
                                order.state(),
                                new OrderViews.ReasonView(
                                        order.reasonCode(), order.reason().text().in(language)),
                                order.instanceId(),
                                owners.get(order.accountId()),
                                order.planId(),
                                order.component(),
                                order.payWith(),
                                OrderViews.Amount.of(OrderStore.price(order)),
                                steps.stream()
                                        .filter(step -> step.orderId().equals(order.id()))
                                        .map(step ->
                                                new OrderViews.StepView(
                                                        step.name(),
                                                        step.state(),
                                                        step.startedAt(),
                                                        step.endedAt()))
                                        .toList(),
                                order.createdAt(),
                                order.endedAt()))
                .toList();
    }
}
