package coop.minga.platform.catalog;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.PlanId;
import coop.minga.platform.ProductId;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Exchange;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Size;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fills the shelf; every act is audited. Thread-safe. */
public final class CatalogEditor {

    private static final ErrorCode TAKEN = ErrorCode.conflict("catalog.name-taken");
    private static final ErrorCode CHANGED =
            ErrorCode.of(ErrorCode.Type.PRECONDITION, "catalog.changed-meanwhile");
    private static final int MAX_NAME = 80;
    private static final int MAX_DESCRIPTION = 2_000;
    private static final int LAST = 100;

    private final Catalog catalog;
    private final Db db;
    private final Audit audit;
    private final Ids ids;
    private final Clock clock;
    private final CatalogStore store = new CatalogStore();

    public CatalogEditor(Catalog catalog, Db db, Audit audit, Ids ids, Clock clock) {
        this.catalog = catalog;
        this.db = db;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    Catalog.Shelf create(Exchange exchange, CatalogRoutes.ProductBody body) {
        return db.inTransaction(handle -> {
            CatalogForms form = new CatalogForms();
            Map<String, String> description = body.description();
            Product product =
                    new Product(
                            new ProductId(ids.next()),
                            form.name("/slug", body.slug()),
                            form.name("/kind", body.kind()),
                            form.name("/blueprint", body.blueprint()),
                            form.config("/config", orEmpty(body.config())),
                            form.text("/name", body.name(), MAX_NAME, false),
                            description == null
                                    ? Text.of("")
                                    : form.text("/description", description, MAX_DESCRIPTION, true),
                            orTrue(body.active()),
                            form.sort("/sort", body.sort(), LAST),
                            1);
            form.done();
            store.lockShelf(handle);
            if (store.productBySlug(handle, product.slug()).isPresent()) {
                throw taken("/slug");
            }
            store.save(handle, product, now());
            audit(handle, exchange, "product.created", product.id(), Map.of(), of(product));
            return new Catalog.Shelf(product, List.of());
        });
    }

    Catalog.Shelf change(Exchange exchange, ProductId id, CatalogRoutes.ProductChange change) {
        return db.inTransaction(handle -> {
            Product before = store.product(handle, id).orElseThrow(Ids::noSuchThing);
            requireVersion(exchange, before.version());
            CatalogForms form = new CatalogForms();
            Map<String, Object> config = change.config();
            Map<String, String> name = change.name();
            Map<String, String> description = change.description();
            Boolean active = change.active();
            Product after =
                    new Product(
                            id,
                            before.slug(),
                            before.kind(),
                            before.blueprint(),
                            config == null ? before.config() : form.config("/config", config),
                            name == null
                                    ? before.name()
                                    : form.text("/name", name, MAX_NAME, false),
                            description == null
                                    ? before.description()
                                    : form.text("/description", description, MAX_DESCRIPTION, true),
                            active == null ? before.active() : active,
                            form.sort("/sort", change.sort(), before.sort()),
                            before.version());
            form.done();
            if (!store.save(handle, after, now())) {
                throw changed();
            }
            audit(handle, exchange, "product.changed", id, of(before), of(after));
            return catalog.shelves(handle).stream()
                    .filter(shelf -> shelf.product().id().equals(id))
                    .findFirst()
                    .orElseThrow(Ids::noSuchThing);
        });
    }

    PlanView create(Exchange exchange, CatalogRoutes.PlanBody body) {
        return db.inTransaction(handle -> {
            CatalogForms form = new CatalogForms();
            if (store.product(handle, body.productId()).isEmpty()) {
                form.problem(
                        "/product_id",
                        "unknown-product",
                        "There is no such product.",
                        "No existe ese producto.");
            }
            CatalogRoutes.Resources resources = body.resources();
            Plan plan =
                    new Plan(
                            new PlanId(ids.next()),
                            body.productId(),
                            form.name("/code", body.code()),
                            form.text("/name", body.name(), MAX_NAME, false),
                            size(form, resources),
                            form.refundRule("/refund_rule", body.refundRule(), RefundRule.PRORATED),
                            orTrue(body.active()),
                            form.sort("/sort", body.sort(), LAST),
                            1);
            List<CatalogForms.WantedPrice> prices =
                    form.prices("/prices", body.prices(), code -> store.asset(handle, code));
            form.done();
            store.lockShelf(handle);
            if (store.planByCode(handle, plan.code()).isPresent()) {
                throw taken("/code");
            }
            store.save(handle, plan, now());
            addPrices(handle, plan.id(), prices);
            PlanView view = catalog.plan(handle, plan.id()).orElseThrow();
            audit(handle, exchange, "plan.created", plan.id(), Map.of(), of(view));
            return view;
        });
    }

    PlanView change(Exchange exchange, PlanId id, CatalogRoutes.PlanChange change) {
        return db.inTransaction(handle -> {
            PlanView before = catalog.plan(handle, id).orElseThrow(Ids::noSuchThing);
            Plan plan = before.plan();
            requireVersion(exchange, plan.version());
            CatalogForms form = new CatalogForms();
            Map<String, String> name = change.name();
            CatalogRoutes.Resources resources = change.resources();
            Boolean active = change.active();
            Plan after =
                    new Plan(
                            id,
                            plan.product(),
                            plan.code(),
                            name == null ? plan.name() : form.text("/name", name, MAX_NAME, false),
                            resources == null ? plan.size() : size(form, resources),
                            form.refundRule("/refund_rule", change.refundRule(), plan.refundRule()),
                            active == null ? plan.active() : active,
                            form.sort("/sort", change.sort(), plan.sort()),
                            plan.version());
            List<CatalogRoutes.PriceBody> bodies = change.prices();
            List<CatalogForms.WantedPrice> prices =
                    bodies == null
                            ? List.of()
                            : form.prices("/prices", bodies, code -> store.asset(handle, code));
            form.done();
            if (!store.save(handle, after, now())) {
                throw changed();
            }
            if (bodies != null && !same(prices, before.prices())) {
                addPrices(handle, id, prices);
            }
            PlanView view = catalog.plan(handle, id).orElseThrow();
            audit(handle, exchange, "plan.changed", id, of(before), of(view));
            return view;
        });
    }

    private static Size size(CatalogForms form, CatalogRoutes.Resources resources) {
        return form.size("/resources", resources.vcpu(), resources.memoryMb(), resources.diskGb());
    }

    private static boolean same(List<CatalogForms.WantedPrice> wanted, List<Price> present) {
        return wanted.equals(
                present.stream()
                        .map(price ->
                                new CatalogForms.WantedPrice(
                                        price.component(), price.amount(), price.allowance()))
                        .toList());
    }

    private void addPrices(Handle handle, PlanId plan, List<CatalogForms.WantedPrice> prices) {
        Instant from = now();
        store.addPrices(
                handle,
                plan,
                prices.stream()
                        .map(price ->
                                new Price(
                                        ids.next(),
                                        price.component(),
                                        price.amount(),
                                        price.allowance(),
                                        from))
                        .toList());
    }

    /** {@code If-Match} is taken when it is sent; somebody else's change in between is a 412. */
    private static void requireVersion(Exchange exchange, int version) {
        Optional<String> match = exchange.header("if-match");
        if (match.isPresent()
                && !match.get().equals("*")
                && !match.get().equals("\"" + version + "\"")) {
            throw changed();
        }
    }

    private void audit(
            Handle handle,
            Exchange exchange,
            String action,
            Object subject,
            Map<String, Object> before,
            Map<String, Object> after) {
        catalog.changed(handle);
        audit.record(
                handle,
                new Audit.Entry(
                        exchange.principal().account().toString(),
                        exchange.address(),
                        action,
                        subject.toString(),
                        before,
                        after,
                        exchange.traceId()));
    }

    private static Map<String, Object> of(Product product) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("slug", product.slug());
        values.put("blueprint", product.blueprint());
        values.put("name", product.name().byLanguage());
        values.put("active", product.active());
        values.put("sort", product.sort());
        return values;
    }

    private static Map<String, Object> of(PlanView view) {
        Plan plan = view.plan();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("code", plan.code());
        values.put("name", plan.name().byLanguage());
        values.put("cpu_millis", plan.size().cpuMillis());
        values.put("memory_mb", plan.size().memoryMb());
        values.put("disk_mb", plan.size().diskMb());
        values.put("refund_rule", plan.refundRule().id());
        values.put("active", plan.active());
        values.put(
                "prices",
                view.prices().stream()
                        .map(price -> price.component().code() + " " + price.amount())
                        .toList());
        return values;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static Map<String, Object> orEmpty(@Nullable Map<String, Object> map) {
        return map == null ? Map.of() : map;
    }

    private static boolean orTrue(@Nullable Boolean value) {
        return value == null || value;
    }

    private static MingaException taken(String pointer) {
        return MingaException.of(
                        TAKEN,
                        "There is one of this name already. Choose another.",
                        "Ya hay uno con ese nombre. Elige otro.")
                .at(pointer, "taken");
    }

    private static MingaException changed() {
        return MingaException.of(
                CHANGED,
                "Somebody else changed this in between. Load it again and repeat your change.",
                "Alguien más lo cambió mientras tanto. Vuelve a cargarlo y repite tu cambio.");
    }
}
