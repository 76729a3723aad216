package coop.minga.platform.billing;

import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.EventSource;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps what was published. */
public final class WrittenEvents implements Events {

    private final List<Fact> facts = new CopyOnWriteArrayList<>();

    List<String> types(Object subject) {
        return facts.stream()
                .filter(fact -> fact.subject().equals(subject.toString()))
                .map(Fact::type)
                .toList();
    }

    @Override
    public void publish(Handle handle, Fact fact) {
        facts.add(fact);
    }

    @Override
    public void listen(String name, Set<String> types, Listener listener) {}

    @Override
    public EventSource open(Set<Topic> topics, String lastEventId) {
        throw new UnsupportedOperationException("No streams in this test");
    }

    @Override
    public EventSource openFromStart(Set<Topic> topics) {
        throw new UnsupportedOperationException("No streams in this test");
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
