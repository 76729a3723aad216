package coop.minga.platform.payments;

import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.PaymentProvider;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The payment providers, as this room knows them. */
public interface Vendors {

    /**
     * A configured provider.
     *
     * @param name as configured
     * @param title for people
     * @param takesWork whether it can be used now
     */
    record Vendor(String name, Text title, boolean takesWork) {}

    List<Vendor> all();

    default Optional<Vendor> find(String name) {
        return all().stream().filter(vendor -> vendor.name().equals(name)).findFirst();
    }

    /**
     * Calls a provider behind its guard. One that is not there fails without being called. Not to
     * be used inside a transaction for anything that does I/O.
     */
    <T> Outcome<T> call(String name, Ask ask, BiFunction<PaymentProvider, Call, T> work);

    /** What somebody who needs it waits for, in words for operators. */
    String absence(String name);
}
