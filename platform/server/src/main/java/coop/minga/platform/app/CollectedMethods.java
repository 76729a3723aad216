package coop.minga.platform.app;

import coop.minga.platform.billing.SavedMethods;
import coop.minga.platform.payments.Collector;

import org.jdbi.v3.core.Handle;

import java.util.List;

/**
 * Lets billing charge what teams saved with their payments: a method an attempt, in their order.
 */
public final class CollectedMethods implements SavedMethods {

    private final Collector collector;

    public CollectedMethods(Collector collector) {
        this.collector = collector;
    }

    @Override
    public boolean charge(Handle handle, Demand demand) {
        List<Collector.Source> sources = collector.sources(handle, demand.team());
        if (sources.isEmpty()) {
            return false;
        }
        Collector.Source source = sources.get(Math.floorMod(demand.attempt() - 1, sources.size()));
        return collector
                .charge(
                        handle,
                        demand.team(),
                        demand.account(),
                        demand.id().toString(),
                        demand.attempt(),
                        demand.amount(),
                        source.id())
                .isPresent();
    }
}
