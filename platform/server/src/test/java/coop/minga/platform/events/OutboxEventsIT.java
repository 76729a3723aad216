package coop.minga.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Eventually;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.EventSource;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

final class OutboxEventsIT {

    private static final Topic TOPIC = new Topic("team/one");
    private static final Topic OTHER = new Topic("team/two");

    private TestDatabase database;
    private final List<OutboxEvents> open = new ArrayList<>();

    @BeforeEach
    void open() {
        database = TestDatabase.create();
    }

    @AfterEach
    void close() {
        open.forEach(events -> events.stop(Duration.ofSeconds(5)));
        database.close();
    }

    private OutboxEvents host(Db db) {
        OutboxEvents events = new OutboxEvents(db, database.address(), Clock.systemUTC(), false);
        open.add(events);
        return events;
    }

    private static Fact fact(int n) {
        return new Fact("test.step", "ins_" + n, Set.of(TOPIC), Map.of("n", n));
    }

    private void publish(OutboxEvents events, int n) {
        database.db().useTransaction(h -> events.publish(h, fact(n)));
    }

    private static List<String> subjects(EventSource source, int count) throws Exception {
        List<String> subjects = new ArrayList<>();
        while (subjects.size() < count) {
            Optional<EventSource.Message> message = source.next(Duration.ofSeconds(10));
            assertThat(message).as("after %s", subjects).isPresent();
            subjects.add(message.get().data().replaceAll(".*\"subject\":\"([^\"]+)\".*", "$1"));
        }
        return subjects;
    }

    @Test
    void aStreamHearsItsTopicsRightAfterTheCommit() throws Exception {
        OutboxEvents events = host(database.db());
        events.start();
        try (EventSource source = events.open(Set.of(TOPIC), "")) {
            database.db()
                    .useTransaction(h ->
                            events.publish(h, new Fact("test.step", "x", Set.of(OTHER), Map.of())));
            publish(events, 1);
            EventSource.Message message = source.next(Duration.ofSeconds(10)).orElseThrow();
            assertThat(message.event()).isEqualTo("step");
            assertThat(message.data())
                    .contains("\"subject\":\"ins_1\"", "\"n\":1", "\"type\":\"test.step\"");
            assertThat(source.next(Duration.ofMillis(300))).isEmpty();
        }
    }

    @Test
    void aStreamOfAnotherHostHearsItToo() throws Exception {
        OutboxEvents here = host(database.db());
        OutboxEvents there = host(database.secondHost());
        here.start();
        there.start();
        try (EventSource source = there.open(Set.of(TOPIC), "")) {
            publish(here, 1);
            publish(here, 2);
            assertThat(subjects(source, 2)).containsExactly("ins_1", "ins_2");
        }
    }

    @Test
    void aRolledBackFactIsNeverTold() throws Exception {
        OutboxEvents events = host(database.db());
        events.start();
        try (EventSource source = events.open(Set.of(TOPIC), "")) {
            assertThatThrownBy(() ->
                            database.db()
                                    .useTransaction(h -> {
                                        events.publish(h, fact(1));
                                        throw new IllegalStateException("no");
                                    }))
                    .hasMessage("no");
            publish(events, 2);
            assertThat(subjects(source, 1)).containsExactly("ins_2");
        }
    }

    @Test
    void whatWasOnlyRehearsedIsNeverToldAndWhatSurroundsItIsToldInOrder() throws Exception {
        OutboxEvents events = host(database.db());
        events.start();
        Db db = database.db();
        try (EventSource source = events.open(Set.of(TOPIC), "")) {
            db.useTransaction(h -> {
                events.publish(h, fact(1));
                db.rehearse(
                        h,
                        () -> {
                            events.publish(h, fact(2));
                            return db.inTransaction(inner -> {
                                events.publish(inner, fact(3));
                                return true;
                            });
                        });
                events.publish(h, fact(4));
                events.publish(h, fact(5));
            });
            publish(events, 6);
            assertThat(subjects(source, 4)).containsExactly("ins_1", "ins_4", "ins_5", "ins_6");
        }
        assertThat(
                        db.<List<String>>read(h ->
                                h.createQuery("SELECT subject FROM facts ORDER BY id")
                                        .mapTo(String.class)
                                        .list()))
                .containsExactly("ins_1", "ins_4", "ins_5", "ins_6");
    }

    @Test
    void aReconnectedStreamMissesNothing() throws Exception {
        OutboxEvents events = host(database.db());
        events.start();
        String last;
        try (EventSource source = events.open(Set.of(TOPIC), "")) {
            publish(events, 1);
            publish(events, 2);
            subjects(source, 1);
            last = source.next(Duration.ofSeconds(10)).orElseThrow().id();
        }
        publish(events, 3);
        publish(events, 4);
        try (EventSource source = events.open(Set.of(TOPIC), last)) {
            publish(events, 5);
            List<String> heard = new ArrayList<>();
            while (!heard.contains("ins_5")) {
                heard.addAll(subjects(source, 1));
            }
            assertThat(heard)
                    .containsSubsequence("ins_3", "ins_4", "ins_5")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aFactThatCommitsLateIsNotMissedByAReconnectedStream() throws Exception {
        OutboxEvents events = host(database.db());
        events.start();
        String last;
        try (Handle late = database.db().jdbi().open()) {
            late.begin();
            events.publish(late, fact(1));
            try (EventSource source = events.open(Set.of(TOPIC), "")) {
                publish(events, 2);
                last = source.next(Duration.ofSeconds(10)).orElseThrow().id();
            }
            late.commit();
        }
        try (EventSource source = events.open(Set.of(TOPIC), last)) {
            List<String> heard = new ArrayList<>();
            while (!heard.contains("ins_1")) {
                heard.addAll(subjects(source, 1));
            }
            assertThat(heard).contains("ins_1");
        }
    }

    @Test
    void aStreamFromTheStartBeginsWithEverythingKept() throws Exception {
        OutboxEvents events = host(database.db());
        events.start();
        for (int i = 0; i < 600; i++) {
            publish(events, i);
        }
        try (EventSource source = events.openFromStart(Set.of(TOPIC))) {
            assertThat(subjects(source, 600))
                    .containsExactlyElementsOf(
                            LongStream.range(0, 600).mapToObj(n -> "ins_" + n).toList());
        }
    }

    @Test
    void aSlowStreamIsEnded() throws Exception {
        OutboxEvents events = host(database.db());
        events.start();
        EventSource source = events.open(Set.of(TOPIC), "");
        database.db()
                .useTransaction(h -> {
                    for (int i = 0; i < 600; i++) {
                        events.publish(h, fact(i));
                    }
                });
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                source.next(Duration.ofSeconds(5));
                            }
                        })
                .isInstanceOf(EventSource.EndOfStream.class);
    }

    @Test
    void aListenerHearsEveryFactOnceOverTwoHostsAlsoLateOnes() throws Exception {
        List<Long> heard = new CopyOnWriteArrayList<>();
        OutboxEvents first = host(database.db());
        OutboxEvents second = host(database.secondHost());
        for (OutboxEvents events : List.of(first, second)) {
            events.listen("test", Set.of("test.step"), fact -> heard.add(fact.id()));
            events.start();
        }
        try (Handle late = database.db().jdbi().open()) {
            late.begin();
            first.publish(late, fact(1000));
            for (int i = 0; i < 100; i++) {
                publish(i % 2 == 0 ? first : second, i);
            }
            late.commit();
        }
        Eventually.until("all heard", () -> heard.size() >= 101);
        List<Long> sorted = new ArrayList<>(heard);
        Collections.sort(sorted);
        assertThat(sorted)
                .doesNotHaveDuplicates()
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 101).boxed().toList());
    }

    @Test
    void aFailingListenerHearsAgainAndDelaysNobodyElse() {
        AtomicInteger tries = new AtomicInteger();
        List<Long> stubborn = new CopyOnWriteArrayList<>();
        List<Long> other = new CopyOnWriteArrayList<>();
        OutboxEvents events = host(database.db());
        events.listen(
                "stubborn",
                Set.of(),
                fact -> {
                    if (tries.incrementAndGet() < 3) {
                        throw new IllegalStateException("not now");
                    }
                    stubborn.add(fact.id());
                });
        events.listen("other", Set.of(), fact -> other.add(fact.id()));
        events.start();
        publish(events, 1);
        publish(events, 2);
        Eventually.until("other heard", () -> other.size() == 2);
        Eventually.until("stubborn heard", () -> stubborn.size() == 2);
        assertThat(tries).hasValue(4);
    }

    @Test
    void aListenerGoesOnWhereItsDeadHostStopped() {
        List<Long> heard = new CopyOnWriteArrayList<>();
        OutboxEvents first = host(database.db());
        first.listen("test", Set.of(), fact -> heard.add(fact.id()));
        first.start();
        publish(first, 1);
        Eventually.until("first heard", () -> heard.size() == 1);
        OutboxEvents second = host(database.secondHost());
        second.listen("test", Set.of(), fact -> heard.add(fact.id()));
        second.start();
        first.stop(Duration.ofSeconds(5));
        publish(second, 2);
        Eventually.until("second heard", () -> heard.size() == 2);
        assertThat(heard).containsExactly(1L, 2L);
    }

    @Test
    void allHostsDropWhatIsInvalidated() {
        List<String> dropped = new CopyOnWriteArrayList<>();
        OutboxEvents here = host(database.db());
        OutboxEvents there = host(database.secondHost());
        there.onInvalidate("sessions", dropped::add);
        here.start();
        there.start();
        Eventually.until(
                "heard",
                () -> {
                    database.db().useTransaction(h -> here.invalidate(h, "sessions", "ses 1"));
                    return dropped.contains("ses 1");
                });
    }

    @Test
    void everythingGoesOnAfterAllConnectionsWereTerminated() throws Exception {
        List<Long> heard = new CopyOnWriteArrayList<>();
        List<String> dropped = new CopyOnWriteArrayList<>();
        OutboxEvents events = host(database.db());
        events.listen("test", Set.of(), fact -> heard.add(fact.id()));
        events.onInvalidate("sessions", dropped::add);
        events.start();
        publish(events, 1);
        Eventually.until("heard", () -> heard.size() == 1);
        TestDatabase.terminateConnections(database);
        Eventually.until(
                "published",
                () -> {
                    try {
                        publish(events, 2);
                        return true;
                    } catch (RuntimeException e) {
                        return false;
                    }
                });
        Eventually.until("heard again", () -> heard.size() >= 2);
        Eventually.until("caches emptied", () -> dropped.contains(Events.ALL_KEYS));
    }
}
