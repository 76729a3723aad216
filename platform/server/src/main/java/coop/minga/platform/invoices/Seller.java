package coop.minga.platform.invoices;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.plugin.api.Asset;

import org.jspecify.annotations.Nullable;

import java.time.ZoneId;
import java.util.Locale;

/**
 * Who sells, and how that is taxed.
 *
 * @param party as on the documents
 * @param zone whose calendar says on which day a document is issued and when a month is over
 * @param taxCategory of what is sold
 * @param foreignBuyers what holds for buyers in other countries
 * @param reportsIn the asset totals are also shown in; null for none
 */
public record Seller(
        Party party,
        ZoneId zone,
        String taxCategory,
        ForeignBuyers foreignBuyers,
        @Nullable Asset reportsIn) {

    /**
     * How what goes abroad is taxed: the operator's decision, for only they know the conditions.
     */
    public enum ForeignBuyers {
        /** Like at home. */
        TAXED,
        /** At zero, as an export of services. */
        ZERO,
        /**
         * At zero where the buyer gives a tax number and owes the tax at home; else like at home.
         */
        REVERSE_CHARGE;

        @JsonCreator
        static ForeignBuyers of(String id) {
            return valueOf(id.toUpperCase(Locale.ROOT));
        }

        @JsonValue
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
