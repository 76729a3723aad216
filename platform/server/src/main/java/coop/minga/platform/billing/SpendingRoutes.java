package coop.minga.platform.billing;

import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What lies ahead of a team, and its limits, over HTTP. */
public final class SpendingRoutes implements Routes {

    private final Spending spending;
    private final Db db;
    private final SpendingStore store = new SpendingStore();

    public SpendingRoutes(Spending spending, Db db) {
        this.spending = spending;
        this.db = db;
    }

    /**
     * A payment that comes by itself.
     *
     * @param component how it is paid for
     */
    public record PaymentView(
            InstanceId instanceId, String component, Instant at, long amountMinor) {}

    /**
     * One asset of a team; amounts in its minor units.
     *
     * @param monthlyMinor what everything that runs costs in thirty days
     * @param runwayDays how long the available funds last; null where nothing costs anything
     * @param spentMinor in this calendar month, with what is held
     * @param capMinor most that is spent in a calendar month; null for no limit
     * @param topUpBelowMinor below which balance saved methods are charged; null for never
     * @param next the next payments, the earliest first
     */
    public record OutlookView(
            String asset,
            long availableMinor,
            long monthlyMinor,
            @Nullable Long runwayDays,
            long spentMinor,
            @Nullable Long capMinor,
            @Nullable Long topUpBelowMinor,
            @Nullable Long topUpMinor,
            List<PaymentView> next) {}

    /** All assets of a team. */
    public record OutlookPage(List<OutlookView> items) {}

    /** What a team decides; what is left out has no limit, or is never topped up. */
    public record LimitsForm(
            @Nullable Long capMinor, @Nullable Long topUpBelowMinor, @Nullable Long topUpMinor) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/billing", Access.signedIn("wallet"))
                .summary("The next payments, how long the funds last, and the limits, by asset")
                .answers(200, OutlookPage.class)
                .handle(exchange -> Reply.ok(page(exchange)));
        table.put("/api/v1/billing/{asset}/limits", Access.signedIn("wallet"))
                .summary("Sets the month's limit and the automatic top-up of an asset")
                .body(LimitsForm.class)
                .answers(200, OutlookPage.class)
                .limit(RateLimit.WRITE)
                .handle(this::limit);
    }

    private OutlookPage page(Exchange exchange) {
        return db.read(handle ->
                new OutlookPage(
                        spending.outlooks(handle, exchange.principal().team()).stream()
                                .map(outlook ->
                                        view(
                                                outlook,
                                                store.find(
                                                        handle,
                                                        exchange.principal().team(),
                                                        outlook.asset())))
                                .toList()));
    }

    private static OutlookView view(Outlook outlook, Optional<SpendingRules> rules) {
        Money cap = outlook.cap();
        return new OutlookView(
                outlook.asset().code(),
                outlook.available().minor(),
                outlook.monthly().minor(),
                outlook.runwayDays().orElse(null),
                outlook.spent().minor(),
                cap == null ? null : cap.minor(),
                rules.map(SpendingRules::topUpBelow).map(Money::minor).orElse(null),
                rules.map(SpendingRules::topUp).map(Money::minor).orElse(null),
                outlook.next().stream()
                        .map(payment ->
                                new PaymentView(
                                        payment.subscription().instance(),
                                        payment.subscription().component().code(),
                                        payment.at(),
                                        payment.amount().minor()))
                        .toList());
    }

    private Reply limit(Exchange exchange) {
        LimitsForm form = exchange.body(LimitsForm.class);
        db.useTransaction(handle -> {
            Asset asset =
                    store.asset(handle, exchange.path("asset"))
                            .orElseThrow(() ->
                                    MingaException.invalid(
                                            "/asset",
                                            "unknown-asset",
                                            "This asset is not used here.",
                                            "Este activo no se usa aquí."));
            Long below = form.topUpBelowMinor();
            Long amount = form.topUpMinor();
            if ((below == null) != (amount == null) || below != null && asset.equals(Asset.COIN)) {
                throw MingaException.invalid(
                        "/top_up_minor",
                        "incomplete",
                        "Say below which balance how much money is added; coins are not.",
                        "Indica por debajo de qué saldo se agrega cuánto dinero; monedas no.");
            }
            store.save(
                    handle,
                    exchange.principal().team(),
                    exchange.principal().account(),
                    new SpendingRules(
                            asset,
                            money("/cap_minor", form.capMinor(), 0, asset),
                            money("/top_up_below_minor", below, 1, asset),
                            money("/top_up_minor", amount, 1, asset),
                            exchange.principal().account(),
                            0,
                            1));
        });
        return Reply.ok(page(exchange));
    }

    private static @Nullable Money money(
            String pointer, @Nullable Long minor, long least, Asset asset) {
        if (minor == null) {
            return null;
        }
        if (minor < least || minor > Money.MAX_MINOR) {
            throw MingaException.invalid(
                    pointer,
                    "out-of-range",
                    "This amount cannot be used.",
                    "Este importe no se puede usar.");
        }
        return new Money(minor, asset);
    }
}
