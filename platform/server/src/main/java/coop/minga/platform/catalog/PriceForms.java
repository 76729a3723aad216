package coop.minga.platform.catalog;

import coop.minga.platform.pricing.LimitPolicy;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Checks the prices of a plan; what is wrong is told with the rest of its form. */
final class PriceForms {

    private static final int MAX_PRICES = 16;
    private static final Pattern UNIT = Pattern.compile("[A-Za-z][A-Za-z0-9 /%-]{0,15}");

    private final CatalogForms form;
    private final Function<String, Optional<Asset>> assets;

    PriceForms(CatalogForms form, Function<String, Optional<Asset>> assets) {
        this.form = form;
        this.assets = assets;
    }

    List<CatalogForms.WantedPrice> prices(String pointer, List<CatalogRoutes.PriceBody> bodies) {
        if (bodies.isEmpty() || bodies.size() > MAX_PRICES) {
            form.problem(
                    pointer,
                    "out-of-range",
                    "A plan has 1 to 16 prices.",
                    "Un plan tiene de 1 a 16 precios.");
        }
        List<CatalogForms.WantedPrice> prices = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < bodies.size(); i++) {
            price(pointer + "/" + i, bodies.get(i), seen).ifPresent(prices::add);
        }
        boolean choice =
                bodies.isEmpty()
                        || PriceComponent.parse(bodies.getFirst().component())
                                .filter(first -> !(first instanceof PriceComponent.Base))
                                .isEmpty();
        if (!choice) {
            form.problem(
                    pointer + "/0/component",
                    "not-a-choice",
                    "Put a price first that customers can choose: hour, month, year or a slot.",
                    "Pon primero un precio que se pueda elegir: hour, month, year o un slot.");
        }
        return prices;
    }

    private Optional<CatalogForms.WantedPrice> price(
            String path, CatalogRoutes.PriceBody body, Set<String> seen) {
        Optional<PriceComponent> component = PriceComponent.parse(body.component());
        if (component.isEmpty()) {
            form.problem(
                    path + "/component",
                    "unknown-value",
                    "Use hour, month, year, a slot such as slot24h, setup, or usage- and a metric.",
                    "Usa hour, month, year, un slot como slot24h, setup, o usage- y una métrica.");
        } else if (!seen.add(body.component())) {
            form.problem(
                    path + "/component",
                    "duplicate",
                    "A plan has one price of each kind.",
                    "Un plan tiene un precio de cada tipo.");
        }
        Optional<Asset> asset = assets.apply(body.asset());
        if (asset.isEmpty()) {
            form.problem(
                    path + "/asset",
                    "unknown-asset",
                    "This asset is not used here.",
                    "Este activo no se usa aquí.");
        }
        boolean inRange = body.amountMinor() >= 0 && body.amountMinor() <= Money.MAX_MINOR;
        if (!inRange) {
            form.range(path + "/amount_minor", "-1", "10^15");
        }
        if (component.isEmpty() || asset.isEmpty() || !inRange) {
            return Optional.empty();
        }
        return Optional.of(
                new CatalogForms.WantedPrice(
                        component.get(),
                        new Money(body.amountMinor(), asset.get()),
                        allowance(path, component.get(), body)));
    }

    private @Nullable Allowance allowance(
            String path, PriceComponent component, CatalogRoutes.PriceBody body) {
        String unit = body.unit();
        if (!(component instanceof PriceComponent.Usage)) {
            boolean metered =
                    unit != null
                            || body.included() != null
                            || body.unitsPer() != null
                            || body.atLimit() != null;
            if (metered) {
                form.problem(
                        path + "/unit",
                        "not-a-use",
                        "Only a use has a unit, an included amount and a limit.",
                        "Solo un consumo tiene unidad, cantidad incluida y límite.");
            }
            return null;
        }
        if (unit == null || !UNIT.matcher(unit).matches()) {
            form.problem(
                    path + "/unit",
                    "required",
                    "Say in what it is counted, for example GB.",
                    "Indica en qué se cuenta, por ejemplo GB.");
        }
        long included = inRange(path + "/included", body.included(), 0, 0);
        long per = inRange(path + "/units_per", body.unitsPer(), 1, 1);
        String atLimit = body.atLimit();
        Optional<LimitPolicy> policy =
                atLimit == null ? Optional.of(LimitPolicy.CHARGE) : LimitPolicy.parse(atLimit);
        if (policy.isEmpty()) {
            form.problem(
                    path + "/at_limit",
                    "unknown-value",
                    "Choose throttle, stop or charge.",
                    "Elige throttle, stop o charge.");
        }
        return new Allowance(
                unit == null ? "" : unit, included, per, policy.orElse(LimitPolicy.CHARGE));
    }

    private long inRange(String path, @Nullable Long value, long fallback, long least) {
        long number = value == null ? fallback : value;
        if (number < least || number > Money.MAX_MINOR) {
            form.range(path, Long.toString(least - 1), "10^15");
            return least;
        }
        return number;
    }
}
