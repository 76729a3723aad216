package coop.minga.platform.billing;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.PlanView;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.db.Db;
import coop.minga.platform.pricing.PriceComponent;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Lets a machine's owner change how it is paid for. Thread-safe. */
public final class PlanChangeService {

    private static final ErrorCode OTHER_SIZE = ErrorCode.conflict("billing.other-size");
    private static final ErrorCode OTHER_ASSET = ErrorCode.conflict("billing.other-asset");

    private final BillingService billing;
    private final Catalog catalog;
    private final Db db;

    public PlanChangeService(BillingService billing, Catalog catalog, Db db) {
        this.billing = billing;
        this.catalog = catalog;
        this.db = db;
    }

    /**
     * What an owner wants.
     *
     * @param planId null for the plan it has
     * @param price a component's code; null for the plan's first
     * @param dryRun whether only to say what it would come to
     */
    public record ChangeForm(
            @Nullable PlanId planId, @Nullable String price, @Nullable Boolean dryRun) {}

    /**
     * Changes the plan or the price of a team's machine, or says what it would come to.
     *
     * @throws MingaException 409 {@code billing.other-size} for a plan that needs another machine;
     *     {@code billing.other-asset}; {@code billing.not-changeable}; {@code
     *     wallet.insufficient-funds}
     */
    PlanChange change(TeamId team, InstanceId instance, ChangeForm form) {
        return db.inTransaction(handle -> {
            SubscriptionView known =
                    billing.ofInstance(handle, instance)
                            .filter(sub -> sub.team().equals(team))
                            .orElseThrow(Ids::noSuchThing);
            PlanView present = catalog.plan(handle, known.plan()).orElseThrow(Ids::noSuchThing);
            PlanView plan = wanted(handle, present, form.planId());
            Price price = price(plan, form.price());
            if (!price.amount().asset().equals(known.price().asset())) {
                throw MingaException.of(
                        OTHER_ASSET,
                        "This price is in another currency than what the machine is paid with.",
                        "Este precio es en otra moneda que la que paga la máquina.");
            }
            PlanChanges.Wanted wanted =
                    new PlanChanges.Wanted(
                            plan.plan().id(),
                            plan.plan().code(),
                            plan.plan().name(),
                            plan.plan().refundRule(),
                            PriceComponent.base(price.component().code()).orElseThrow(),
                            price.amount(),
                            plan.extras(price.amount().asset()).stream()
                                    .filter(extra -> extra.usageTerms().isPresent())
                                    .toList());
            SubscriptionId id = known.id();
            return Boolean.TRUE.equals(form.dryRun())
                    ? billing.plannedChange(handle, id, wanted)
                    : billing.change(handle, id, wanted);
        });
    }

    private PlanView wanted(Handle handle, PlanView present, @Nullable PlanId id) {
        if (id == null || id.equals(present.plan().id())) {
            return present;
        }
        PlanView plan =
                catalog.plan(handle, id)
                        .filter(PlanView::offered)
                        .orElseThrow(() ->
                                MingaException.invalid(
                                        "/plan_id",
                                        "unknown-plan",
                                        "There is no such plan.",
                                        "No existe ese plan."));
        boolean sameMachine =
                plan.product().id().equals(present.product().id())
                        && plan.plan().size().equals(present.plan().size());
        if (!sameMachine) {
            throw MingaException.of(
                    OTHER_SIZE,
                    "That plan needs another machine. Order it beside this one and move over.",
                    "Ese plan necesita otra máquina. Pídela junto a esta y muda tus datos.");
        }
        return plan;
    }

    private static Price price(PlanView plan, @Nullable String code) {
        Price price =
                code == null
                        ? plan.choices().getFirst()
                        : plan.price(code)
                                .orElseThrow(() ->
                                        MingaException.invalid(
                                                "/price",
                                                "unknown-price",
                                                "This plan has no price '" + code + "'.",
                                                "Este plan no tiene el precio '" + code + "'."));
        boolean goesOn =
                price.component() instanceof PriceComponent.Hour
                        || price.component() instanceof PriceComponent.Recurring;
        if (!goesOn) {
            throw MingaException.invalid(
                    "/price",
                    "not-a-choice",
                    "Choose a price by the hour, month or year.",
                    "Elige un precio por hora, mes o año.");
        }
        return price;
    }
}
