package coop.minga.platform.catalog;

import coop.minga.platform.Ids;
import coop.minga.platform.PlanId;
import coop.minga.platform.ProductId;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.pricing.LimitPolicy;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.compute.Size;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The shelf over HTTP: for everyone, and for those who fill it. */
public final class CatalogRoutes implements Routes {

    private final Catalog catalog;
    private final CatalogEditor editor;
    private final Db db;
    private final Availability availability;
    private final BlueprintSchemas schemas;

    public CatalogRoutes(
            Catalog catalog,
            CatalogEditor editor,
            Db db,
            Availability availability,
            BlueprintSchemas schemas) {
        this.catalog = catalog;
        this.editor = editor;
        this.db = db;
        this.availability = availability;
        this.schemas = schemas;
    }

    /** What an instance of a plan gets. */
    public record Resources(BigDecimal vcpu, int memoryMb, BigDecimal diskGb) {}

    /**
     * A price that applies now.
     *
     * @param unit in what a use is counted; null for what is not a use, as the rest
     * @param included how many units a period has for nothing
     * @param unitsPer how many units the amount covers
     * @param atLimit what happens beyond what is included
     */
    public record PriceView(
            String component,
            String asset,
            long amountMinor,
            String per,
            @Nullable String unit,
            @Nullable Long included,
            @Nullable Long unitsPer,
            @Nullable LimitPolicy atLimit) {

        static PriceView of(Price price) {
            Allowance allowance = price.allowance();
            return new PriceView(
                    price.component().code(),
                    price.amount().asset().code(),
                    price.amount().minor(),
                    price.component().per(),
                    allowance == null ? null : allowance.unit(),
                    allowance == null ? null : allowance.included(),
                    allowance == null ? null : allowance.per(),
                    allowance == null ? null : allowance.atLimit());
        }
    }

    /** A plan to choose. */
    public record PlanItem(
            PlanId id,
            String code,
            String name,
            Resources resources,
            List<PriceView> prices,
            RefundRule refundRule,
            boolean available) {}

    /** A product to choose. */
    public record ProductItem(
            ProductId id,
            String slug,
            String name,
            String kind,
            String offering,
            String description,
            List<PlanItem> plans,
            @Nullable Map<String, Object> checkoutSchema) {}

    /** Everything on offer. */
    public record ProductList(List<ProductItem> items) {}

    /** One plan with the product it is of. */
    public record PlanPage(
            PlanId id,
            String code,
            String name,
            Resources resources,
            List<PriceView> prices,
            RefundRule refundRule,
            boolean available,
            ProductItem product) {}

    /** A comparison table: one column per plan, one row per property. */
    public record Comparison(List<Column> columns, List<Row> rows) {}

    /** A plan as a column. */
    public record Column(
            PlanId planId, String planCode, String planName, String product, boolean available) {}

    /**
     * A property.
     *
     * @param key {@code vcpu}, {@code memory_mb}, {@code disk_gb}, {@code price:hour:COIN} …
     * @param label for people
     * @param values one per column; null where a plan has none
     */
    public record Row(String key, String label, List<@Nullable Object> values) {}

    /** A price as written; {@code per} follows from the component and is ignored. */
    public record PriceBody(
            String component,
            String asset,
            long amountMinor,
            @Nullable String per,
            @Nullable String unit,
            @Nullable Long included,
            @Nullable Long unitsPer,
            @Nullable String atLimit) {}

    /** A new product. */
    public record ProductBody(
            String slug,
            String kind,
            String blueprint,
            @Nullable Map<String, Object> config,
            Map<String, String> name,
            @Nullable Map<String, String> description,
            @Nullable Boolean active,
            @Nullable Integer sort) {}

    /** What to change of a product; what is left out stays. */
    public record ProductChange(
            @Nullable Map<String, Object> config,
            @Nullable Map<String, String> name,
            @Nullable Map<String, String> description,
            @Nullable Boolean active,
            @Nullable Integer sort) {}

    /** A new plan. */
    public record PlanBody(
            ProductId productId,
            String code,
            Map<String, String> name,
            Resources resources,
            List<PriceBody> prices,
            @Nullable String refundRule,
            @Nullable Boolean active,
            @Nullable Integer sort) {}

    /** What to change of a plan; what is left out stays. Changed prices become a new version. */
    public record PlanChange(
            @Nullable Map<String, String> name,
            @Nullable Resources resources,
            @Nullable List<PriceBody> prices,
            @Nullable String refundRule,
            @Nullable Boolean active,
            @Nullable Integer sort) {}

    /** A plan as operators see it, with all its texts. */
    public record AdminPlan(
            PlanId id,
            ProductId productId,
            String code,
            Map<String, String> name,
            Resources resources,
            List<PriceView> prices,
            RefundRule refundRule,
            boolean active,
            int sort,
            int version) {}

    /** A product as operators see it, with all its texts. */
    public record AdminProduct(
            ProductId id,
            String slug,
            String kind,
            String blueprint,
            Map<String, Object> config,
            Map<String, String> name,
            Map<String, String> description,
            boolean active,
            int sort,
            int version,
            List<AdminPlan> plans) {}

    /** Everything there is, offered or not. */
    public record AdminProducts(List<AdminProduct> items) {}

    /** All plans, offered or not. */
    public record AdminPlans(List<AdminPlan> items) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/products", Access.everyone())
                .summary("What is on offer, with plans and prices")
                .answers(200, ProductList.class)
                .handle(this::products);
        table.get("/api/v1/products/compare", Access.everyone())
                .summary("All plans side by side")
                .answers(200, Comparison.class)
                .handle(this::compare);
        table.get("/api/v1/plans/{code}", Access.everyone())
                .summary("One plan, by code or id")
                .answers(200, PlanPage.class)
                .handle(this::plan);
        table.get("/api/v1/admin/products", Access.staff())
                .summary("All products with their plans, offered or not")
                .answers(200, AdminProducts.class)
                .handle(exchange ->
                        Reply.ok(
                                new AdminProducts(
                                        db.read(catalog::shelves).stream()
                                                .map(CatalogRoutes::admin)
                                                .toList())));
        table.post("/api/v1/admin/products", Access.admins())
                .summary("Puts a product on the shelf")
                .body(ProductBody.class)
                .answers(201, AdminProduct.class)
                .limit(RateLimit.WRITE)
                .handle(exchange ->
                        tagged(
                                Reply.created(
                                        admin(
                                                editor.create(
                                                        exchange,
                                                        exchange.body(ProductBody.class)))),
                                1));
        table.put("/api/v1/admin/products/{id}", Access.admins())
                .summary("Changes a product")
                .body(ProductChange.class)
                .answers(200, AdminProduct.class)
                .limit(RateLimit.WRITE)
                .handle(this::changeProduct);
        table.get("/api/v1/admin/plans", Access.staff())
                .summary("All plans, offered or not")
                .answers(200, AdminPlans.class)
                .handle(exchange ->
                        Reply.ok(
                                new AdminPlans(
                                        db.read(catalog::shelves).stream()
                                                .flatMap(shelf -> shelf.plans().stream())
                                                .map(CatalogRoutes::admin)
                                                .toList())));
        table.post("/api/v1/admin/plans", Access.admins())
                .summary("Adds a plan to a product")
                .body(PlanBody.class)
                .answers(201, AdminPlan.class)
                .limit(RateLimit.WRITE)
                .handle(exchange ->
                        tagged(
                                Reply.created(
                                        admin(
                                                editor.create(
                                                        exchange, exchange.body(PlanBody.class)))),
                                1));
        table.put("/api/v1/admin/plans/{id}", Access.admins())
                .summary("Changes a plan; running periods keep their price")
                .body(PlanChange.class)
                .answers(200, AdminPlan.class)
                .limit(RateLimit.WRITE)
                .handle(this::changePlan);
    }

    private Reply products(Exchange exchange) {
        String language = exchange.language();
        return Reply.ok(
                new ProductList(
                        db.read(catalog::offered).stream()
                                .map(shelf -> item(shelf, language, true))
                                .toList()));
    }

    private Reply plan(Exchange exchange) {
        String code = exchange.path("code");
        PlanView view =
                db.read(handle ->
                                code.startsWith("pln_")
                                        ? catalog.plan(handle, PlanId.parse(code))
                                        : catalog.planByCode(handle, code))
                        .filter(PlanView::offered)
                        .orElseThrow(Ids::noSuchThing);
        String language = exchange.language();
        PlanItem plan = item(view, language);
        return Reply.ok(
                new PlanPage(
                        plan.id(),
                        plan.code(),
                        plan.name(),
                        plan.resources(),
                        plan.prices(),
                        plan.refundRule(),
                        plan.available(),
                        item(new Catalog.Shelf(view.product(), List.of()), language, true)));
    }

    private Reply compare(Exchange exchange) {
        String language = exchange.language();
        boolean spanish = language.equals("es");
        List<PlanView> plans =
                db.read(catalog::offered).stream()
                        .flatMap(shelf -> shelf.plans().stream())
                        .toList();
        List<Column> columns =
                plans.stream()
                        .map(view ->
                                new Column(
                                        view.plan().id(),
                                        view.plan().code(),
                                        view.plan().name().in(language),
                                        view.product().name().in(language),
                                        availability.available(view)))
                        .toList();
        List<Row> rows = new ArrayList<>();
        rows.add(row("vcpu", "vCPU", plans, view -> resources(view.plan().size()).vcpu()));
        rows.add(
                row(
                        "memory_mb",
                        spanish ? "Memoria (MB)" : "Memory (MB)",
                        plans,
                        view -> view.plan().size().memoryMb()));
        rows.add(
                row(
                        "disk_gb",
                        spanish ? "Disco (GB)" : "Disk (GB)",
                        plans,
                        view -> resources(view.plan().size()).diskGb()));
        Set<String> priced = new LinkedHashSet<>();
        plans.forEach(view -> view.prices().forEach(price -> priced.add(key(price))));
        for (String key : priced) {
            String[] parts = key.split(":", -1);
            rows.add(
                    row(
                            key,
                            (spanish ? "Precio por " : "Price per ")
                                    + parts[1]
                                    + " ("
                                    + parts[2]
                                    + ")",
                            plans,
                            view ->
                                    view.prices().stream()
                                            .filter(price -> key(price).equals(key))
                                            .map(price -> price.amount().minor())
                                            .findFirst()
                                            .orElse(null)));
        }
        return Reply.ok(new Comparison(columns, rows));
    }

    private static String key(Price price) {
        PriceComponent component = price.component();
        String what =
                component instanceof PriceComponent.Usage ? component.code() : component.per();
        return "price:" + what + ":" + price.amount().asset().code();
    }

    /** The value of a property for one plan. */
    @FunctionalInterface
    private interface Property {
        @Nullable Object of(PlanView view);
    }

    private static Row row(String key, String label, List<PlanView> plans, Property property) {
        List<@Nullable Object> values = new ArrayList<>();
        plans.forEach(view -> values.add(property.of(view)));
        return new Row(key, label, values);
    }

    private Reply changeProduct(Exchange exchange) {
        Catalog.Shelf changed =
                editor.change(
                        exchange,
                        ProductId.parse(exchange.path("id")),
                        exchange.body(ProductChange.class));
        return tagged(Reply.ok(admin(changed)), changed.product().version());
    }

    private Reply changePlan(Exchange exchange) {
        PlanView changed =
                editor.change(
                        exchange,
                        PlanId.parse(exchange.path("id")),
                        exchange.body(PlanChange.class));
        return tagged(Reply.ok(admin(changed)), changed.plan().version());
    }

    private static Reply tagged(Reply reply, int version) {
        return reply.with("ETag", "\"" + version + "\"");
    }

    // ------------------------------------------------------------------ views

    private ProductItem item(Catalog.Shelf shelf, String language, boolean withSchema) {
        Product product = shelf.product();
        Optional<Map<String, Object>> schema =
                withSchema
                        ? schemas.checkoutSchema(product.blueprint(), language)
                        : Optional.empty();
        return new ProductItem(
                product.id(),
                product.slug(),
                product.name().in(language),
                product.kind(),
                product.blueprint(),
                product.description().in(language),
                shelf.plans().stream().map(view -> item(view, language)).toList(),
                schema.orElse(null));
    }

    private PlanItem item(PlanView view, String language) {
        Plan plan = view.plan();
        return new PlanItem(
                plan.id(),
                plan.code(),
                plan.name().in(language),
                resources(plan.size()),
                prices(view),
                plan.refundRule(),
                availability.available(view));
    }

    static AdminProduct admin(Catalog.Shelf shelf) {
        Product product = shelf.product();
        return new AdminProduct(
                product.id(),
                product.slug(),
                product.kind(),
                product.blueprint(),
                new LinkedHashMap<>(product.config()),
                product.name().byLanguage(),
                product.description().byLanguage(),
                product.active(),
                product.sort(),
                product.version(),
                shelf.plans().stream().map(CatalogRoutes::admin).toList());
    }

    static AdminPlan admin(PlanView view) {
        Plan plan = view.plan();
        return new AdminPlan(
                plan.id(),
                plan.product(),
                plan.code(),
                plan.name().byLanguage(),
                resources(plan.size()),
                prices(view),
                plan.refundRule(),
                plan.active(),
                plan.sort(),
                plan.version());
    }

    private static List<PriceView> prices(PlanView view) {
        return view.prices().stream().map(PriceView::of).toList();
    }

    private static Resources resources(Size size) {
        return new Resources(
                plain(BigDecimal.valueOf(size.cpuMillis(), 3)),
                size.memoryMb(),
                plain(
                        BigDecimal.valueOf(size.diskMb())
                                .divide(BigDecimal.valueOf(1_024), 10, RoundingMode.UNNECESSARY)));
    }

    /** Without needless zeros, and never as 1E+1. */
    private static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
