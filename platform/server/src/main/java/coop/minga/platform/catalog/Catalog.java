package coop.minga.platform.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import coop.minga.platform.Ids;
import coop.minga.platform.PlanId;
import coop.minga.platform.ProductId;
import coop.minga.platform.events.Events;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Size;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** The shelf. Every method works inside the caller's transaction. Thread-safe. */
public final class Catalog {

    private static final String CACHE = "catalog";
    private static final String SHELF = "shelf";

    private final Ids ids;
    private final Events events;
    private final Clock clock;
    private final CatalogStore store = new CatalogStore();
    private final Cache<PlanId, Known> known = Caffeine.newBuilder().maximumSize(10_000).build();
    private final AtomicInteger edition = new AtomicInteger();

    /**
     * A plan as it is sold.
     *
     * @param edition of the shelf when it was looked up
     * @param until when its prices change by themselves
     */
    private record Known(PlanView view, int edition, Instant until) {}

    public Catalog(Ids ids, Events events, Clock clock) {
        this.ids = ids;
        this.events = events;
        this.clock = clock;
        // Counted, not only emptied: what is being looked up meanwhile must not be kept.
        events.onInvalidate(
                CACHE,
                key -> {
                    edition.incrementAndGet();
                    known.invalidateAll();
                });
    }

    /** Something about the shelf was written in this transaction. */
    void changed(Handle handle) {
        events.invalidate(handle, CACHE, SHELF);
    }

    /** The same as {@link #plan}, remembered: for those who sell and write nothing of the shelf. */
    public Optional<PlanView> sold(Handle handle, PlanId id) {
        Instant now = clock.instant();
        int current = edition.get();
        Known kept = known.getIfPresent(id);
        if (kept != null && kept.edition() == current && now.isBefore(kept.until())) {
            return Optional.of(kept.view());
        }
        Optional<PlanView> found = plan(handle, id);
        found.ifPresent(
                view -> known.put(id, new Known(view, current, store.nextPrices(handle, id, now))));
        return found;
    }

    /** A plan, offered or not, with its product and the prices that apply now. */
    public Optional<PlanView> plan(Handle handle, PlanId id) {
        return store.plan(handle, id).map(plan -> view(handle, plan));
    }

    /** The same by the plan's code. */
    public Optional<PlanView> planByCode(Handle handle, String code) {
        return store.planByCode(handle, code).map(plan -> view(handle, plan));
    }

    /**
     * The version of a price that applied when something was ordered, as far as it is known.
     *
     * @param amount what it said
     * @param at when it was ordered; a quote may be a little older
     */
    public Optional<Price> priceOf(
            Handle handle, PlanId plan, String component, Money amount, Instant at) {
        return store.priceOf(handle, plan, component, amount, at);
    }

    /** A product with its plans. */
    public record Shelf(Product product, List<PlanView> plans) {}

    /** Everything there is, offered or not, in the order of the shelf. */
    public List<Shelf> shelves(Handle handle) {
        List<Plan> plans = store.plans(handle);
        Map<PlanId, List<Price>> prices =
                store.prices(handle, plans.stream().map(Plan::id).toList(), clock.instant());
        Map<ProductId, List<Plan>> byProduct =
                plans.stream().collect(Collectors.groupingBy(Plan::product));
        List<Shelf> shelves = new ArrayList<>();
        for (Product product : store.products(handle)) {
            List<PlanView> views =
                    byProduct.getOrDefault(product.id(), List.of()).stream()
                            .map(plan ->
                                    new PlanView(
                                            plan,
                                            product,
                                            prices.getOrDefault(plan.id(), List.of())))
                            .toList();
            shelves.add(new Shelf(product, views));
        }
        return shelves;
    }

    /** What customers can order now. */
    public List<Shelf> offered(Handle handle) {
        return shelves(handle).stream()
                .filter(shelf -> shelf.product().active())
                .map(shelf ->
                        new Shelf(
                                shelf.product(),
                                shelf.plans().stream().filter(PlanView::offered).toList()))
                .filter(shelf -> !shelf.plans().isEmpty())
                .toList();
    }

    /** What a trial sells from the first start: an isolated machine in two sizes. */
    public void seedSandbox(Handle handle) {
        seed(
                handle,
                "sandbox",
                Map.of(),
                Text.of("Sandbox", "Sandbox"),
                Text.of(
                        "A Linux machine of your own in under a second, with a terminal and a web"
                                + " address.",
                        "Una máquina Linux propia en menos de un segundo, con terminal y dirección"
                                + " web."),
                "",
                10);
    }

    /** What a trial sells where containers can be run. */
    public void seedContainer(Handle handle, Map<String, Object> config) {
        seed(
                handle,
                "container",
                config,
                Text.of("Container", "Contenedor"),
                Text.of(
                        "Any container image, running with a web address, logs and a terminal.",
                        "Cualquier imagen de contenedor, con dirección web, registros y terminal."),
                "container-",
                20);
    }

    /** What a trial sells of an offering that was just dropped in: two sizes, the usual prices. */
    public void seedOffering(Handle handle, String blueprint, Text name, Text summary) {
        seed(handle, blueprint, Map.of(), name, summary, blueprint + "-", 30);
    }

    private void seed(
            Handle handle,
            String slug,
            Map<String, Object> config,
            Text name,
            Text description,
            String codePrefix,
            int sort) {
        if (store.productBySlug(handle, slug).isPresent()) {
            return;
        }
        ProductId product = new ProductId(ids.next());
        Instant now = clock.instant();
        store.save(
                handle,
                new Product(product, slug, slug, slug, config, name, description, true, sort, 1),
                now);
        seedPlan(handle, product, codePrefix + "s", "S", new Size(1_000, 256, 1_024), 100, 10);
        seedPlan(handle, product, codePrefix + "m", "M", new Size(2_000, 512, 2_048), 200, 20);
        changed(handle);
    }

    private void seedPlan(
            Handle handle,
            ProductId product,
            String code,
            String name,
            Size size,
            long coinsPerHour,
            int sort) {
        PlanId plan = new PlanId(ids.next());
        Instant now = clock.instant();
        store.save(
                handle,
                new Plan(
                        plan,
                        product,
                        code,
                        Text.of(name),
                        size,
                        RefundRule.PRORATED,
                        true,
                        sort,
                        1),
                now);
        // A day costs ten hours' price: paying ahead has to be worth it.
        store.addPrices(
                handle,
                plan,
                List.of(
                        new Price(
                                ids.next(),
                                new PriceComponent.Hour(),
                                new Money(coinsPerHour, Asset.COIN),
                                now),
                        new Price(
                                ids.next(),
                                new PriceComponent.Slot(24),
                                new Money(Math.multiplyExact(coinsPerHour, 10), Asset.COIN),
                                now)));
    }

    private PlanView view(Handle handle, Plan plan) {
        Product product =
                store.product(handle, plan.product())
                        .orElseThrow(() -> new IllegalStateException("Plan without product"));
        List<Price> prices =
                store.prices(handle, List.of(plan.id()), clock.instant())
                        .getOrDefault(plan.id(), List.of());
        return new PlanView(plan, product, prices);
    }
}
