package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.events.Event;
import coop.minga.plugin.api.events.EventListener;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * What a listener keeps to: events come at least once, in any order, in parallel, and may hold more
 * than it knows. Supply a factory and its configuration.
 */
public abstract class EventListenerContract extends ProviderFactoryContract<EventListener> {

    /** An event the listener wants. */
    protected Event event() {
        Set<String> types = open().types();
        String type = types.isEmpty() ? "instance.running" : types.iterator().next();
        return new Event(
                UUID.randomUUID().toString(),
                type,
                Instant.now(),
                "ins_0190c5a0000070008000000000000000",
                "{\"a_field_of_a_later_version\":{\"x\":[1]}}");
    }

    /**
     * How many effects events have had since the test began; the same event has one. Negative where
     * effects cannot be seen.
     */
    protected int effects() {
        return -1;
    }

    @Test
    public void wantedTypesAreStable() {
        EventListener listener = open();
        assertThat(listener.types()).isEqualTo(listener.types());
        assertThat(listener.types()).allMatch(type -> type.matches("[a-z_]+(\\.[a-z_]+)+"));
    }

    @Test
    public void sameEventTwiceHasOneEffect() {
        EventListener listener = open();
        Event event = event();
        listener.on(Calls.fresh(), event);
        int after = effects();
        listener.on(Calls.fresh(), event);
        assertThat(effects()).isEqualTo(after);
    }

    @Test
    public void eventsComeInParallel() {
        EventListener listener = open();
        fromEightThreads(() -> {
            listener.on(Calls.fresh(), event());
            return true;
        });
    }

    @Test
    public void oldEventIsTakenAsAnyOther() {
        EventListener listener = open();
        Event now = event();
        listener.on(
                Calls.fresh(),
                new Event(
                        UUID.randomUUID().toString(),
                        now.type(),
                        Instant.parse("2026-02-28T23:59:59Z"),
                        now.subject(),
                        now.json()));
    }
}
