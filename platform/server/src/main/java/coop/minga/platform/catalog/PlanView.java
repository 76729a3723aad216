package coop.minga.platform.catalog;

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
        return plan.active() && product.active() && !prices.isEmpty();
    }

    /** The price of a component's code. */
    public Optional<Price> price(String component) {
        return prices.stream()
                .filter(price -> price.component().code().equals(component))
                .findFirst();
    }
}
