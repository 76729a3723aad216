package coop.minga.platform.providers;

import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.StoredFact;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.events.Event;
import coop.minga.plugin.api.events.EventListener;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Tells plugins what happened: one job per event and listener, so that each is told at least once
 * and a slow one delays only itself.
 */
public final class ListenerJob implements JobHandler<ListenerJob.Delivery> {

    private static final JobType<Delivery> TYPE =
            new JobType<>("providers.deliver", Delivery.class);
    private static final Duration WAIT = Duration.ofMinutes(1);

    /** An event on its way to a listener. */
    public record Delivery(
            String listener, long id, String type, Instant at, String subject, String data) {}

    private final ProviderService providers;
    private final Jobs jobs;
    private final Db db;

    public ListenerJob(ProviderService providers, Jobs jobs, Db db) {
        this.providers = providers;
        this.jobs = jobs;
        this.db = db;
    }

    /** Makes it known to jobs and events; before they start. */
    public void register(Events events) {
        jobs.register(this);
        events.listen("plugin-listeners", Set.of(), this::spread);
    }

    private void spread(StoredFact fact) {
        db.useTransaction(handle -> {
            for (ProviderView view : providers.list()) {
                String name = view.ref().name();
                if (view.ref().kind() == Kind.LISTENER && wants(name, fact.type())) {
                    jobs.enqueue(
                            handle,
                            TYPE,
                            name + "-" + fact.id(),
                            new Delivery(
                                    name,
                                    fact.id(),
                                    fact.type(),
                                    fact.at(),
                                    fact.subject(),
                                    fact.data()));
                }
            }
        });
    }

    /** A listener whose wishes are not known yet gets everything; it is asked at delivery. */
    private boolean wants(String listener, String type) {
        return providers
                .types(listener)
                .map(types -> types.isEmpty() || types.contains(type))
                .orElse(true);
    }

    @Override
    public JobType<Delivery> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Delivery delivery) {
        if (providers.find(Kind.LISTENER, delivery.listener()).isEmpty()
                || !wants(delivery.listener(), delivery.type())) {
            return JobOutcome.done();
        }
        Optional<Guarded<EventListener>> listener =
                providers.get(Kind.LISTENER, delivery.listener(), EventListener.class);
        if (listener.isEmpty()) {
            return JobOutcome.waiting(providers.absence(Kind.LISTENER, delivery.listener()), WAIT);
        }
        Event event =
                new Event(
                        Long.toString(delivery.id()),
                        delivery.type(),
                        delivery.at(),
                        delivery.subject(),
                        delivery.data());
        Outcome<Boolean> outcome =
                listener.get()
                        .call(
                                Ask.effect("on", new IdempotencyKey("evt-" + delivery.id()))
                                        .traced(run.traceId()),
                                (each, call) -> {
                                    each.on(call, event);
                                    return true;
                                });
        return switch (outcome) {
            case Outcome.Done<Boolean> _ -> JobOutcome.done();
            case Outcome.Failed<Boolean> failed -> JobOutcome.failed(failed.reason().in("en"));
            case Outcome.Unknown<Boolean>(Text reason) -> JobOutcome.failed(reason.in("en"));
        };
    }
}
