package coop.minga.platform.app.simulate;

import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.EventSource;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Facts that reach nobody but the simulation, once their transaction is done. */
final class HeardFacts implements Events {

    private final List<Fact> facts = new ArrayList<>();

    /** What was heard since the last time. */
    List<Fact> take() {
        List<Fact> taken = List.copyOf(facts);
        facts.clear();
        return taken;
    }

    @Override
    public void publish(Handle handle, Fact fact) {
        handle.afterCommit(() -> facts.add(fact));
    }

    @Override
    public void listen(String name, Set<String> types, Listener listener) {}

    @Override
    public EventSource open(Set<Topic> topics, String lastEventId) {
        throw new UnsupportedOperationException("Nobody looks on");
    }

    @Override
    public EventSource openFromStart(Set<Topic> topics) {
        throw new UnsupportedOperationException("Nobody looks on");
    }

    @Override
    public void invalidate(Handle handle, String cache, String key) {}

    @Override
    public void onInvalidate(String cache, Consumer<String> dropped) {}

    @Override
    public void start() {}

    @Override
    public void stop(Duration patience) {}
}
