package coop.minga.platform.catalog;

import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Asset;

import java.util.List;
import java.util.Optional;

/**
 * A plan with all that is needed to sell it.
 *
 * @param plan the plan
 * @param product its product
 * @param prices the versions that apply now, the default first
 */
public record PlanView(Plan plan, Product product, List<Price> prices) {

    public PlanView {
        prices = List.copyOf(prices);
    }

    /** Whether it can be ordered as far as the shelf is concerned. */
    public boolean offered() {
        return plan.active() && product.active() && !choices().isEmpty();
    }

    /** How it can be paid for; a customer chooses one, the first by default. */
    public List<Price> choices() {
        return prices.stream()
                .filter(price -> price.component() instanceof PriceComponent.Base)
                .toList();
    }

    /** What is paid besides a choice: once, and for use, in the same asset. */
    public List<Price> extras(Asset asset) {
        return prices.stream()
                .filter(price ->
                        !(price.component() instanceof PriceComponent.Base)
                                && price.amount().asset().equals(asset))
                .toList();
    }

    /** The price of a component's code. */
    public Optional<Price> price(String component) {
        return prices.stream()
                .filter(price -> price.component().code().equals(component))
                .findFirst();
    }
}
