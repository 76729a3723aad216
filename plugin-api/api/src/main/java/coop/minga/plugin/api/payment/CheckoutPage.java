package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;

import java.util.List;

/**
 * A page on which a payer pays, as data.
 *
 * @param explanation what to do
 * @param facts what the payer needs for it, such as an account number and a reference; shown with a
 *     button to copy each
 * @param fields what the payer fills in; may be empty
 * @param button what sending says
 */
public record CheckoutPage(Text explanation, List<Fact> facts, ConfigSchema fields, Text button) {

    public CheckoutPage {
        facts = List.copyOf(facts);
    }

    /**
     * One thing to know.
     *
     * @param label its name for people
     * @param value exactly as it is to be used
     */
    public record Fact(Text label, String value) {}

    public static CheckoutPage of(Text explanation, ConfigSchema fields, Text button) {
        return new CheckoutPage(explanation, List.of(), fields, button);
    }

    public CheckoutPage withFacts(List<Fact> newFacts) {
        return new CheckoutPage(explanation, newFacts, fields, button);
    }
}
