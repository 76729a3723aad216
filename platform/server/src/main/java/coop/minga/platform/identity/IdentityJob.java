package coop.minga.platform.identity;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Sweeps out sessions that ran out and throttles that are full again. */
final class IdentityJob implements JobHandler<IdentityJob.Sweep> {

    static final Duration INTERVAL = Duration.ofMinutes(10);

    private static final JobType<Sweep> TYPE = new JobType<>("identity.sweep", Sweep.class);

    private final Db db;
    private final IdentityConfig config;
    private final Throttle throttle;
    private final Clock clock;
    private final SessionStore sessions = new SessionStore();

    record Sweep() {}

    IdentityJob(Db db, IdentityConfig config, Throttle throttle, Clock clock) {
        this.db = db;
        this.config = config;
        this.throttle = throttle;
        this.clock = clock;
    }

    @Override
    public JobType<Sweep> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Sweep payload) {
        Instant now = clock.instant();
        db.useTransaction(handle -> {
            run.fence(handle);
            sessions.purge(handle, now, now.minus(config.sessionIdle()));
            throttle.purge();
        });
        return JobOutcome.done();
    }
}
