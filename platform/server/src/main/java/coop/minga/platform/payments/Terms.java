package coop.minga.platform.payments;

import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.SavedMethods;

import java.time.Duration;
import java.util.List;

/**
 * What a provider says of itself without looking anything up.
 *
 * @param accepts coins excluded: they are not money
 * @param saves whether it keeps methods and charges them later
 */
record Terms(Mode mode, List<AmountRange> accepts, HookCheck hookCheck, boolean saves) {

    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    Terms {
        accepts = List.copyOf(accepts);
    }

    static Outcome<Terms> of(Vendors vendors, String provider) {
        return vendors.call(
                provider,
                Ask.reading("terms").within(AT_ONCE),
                (each, call) ->
                        new Terms(
                                each.mode(),
                                each.accepts().stream()
                                        .filter(range -> !range.asset().equals(Asset.COIN))
                                        .toList(),
                                each.hookCheck(),
                                each instanceof SavedMethods));
    }

    boolean take(Money amount) {
        return accepts.stream().anyMatch(range -> range.holds(amount));
    }
}
