package coop.minga.platform.invoices;

import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;

import java.time.Duration;
import java.util.Set;

/** Writes the documents that are due: every minute, and as soon as a slot is charged. */
public final class IssueJob implements JobHandler<IssueJob.Nothing> {

    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final JobType<Nothing> TYPE = new JobType<>("invoices.issue", Nothing.class);

    /** Nothing to say. */
    public record Nothing() {}

    private final InvoiceService invoices;

    public IssueJob(InvoiceService invoices) {
        this.invoices = invoices;
    }

    /** Makes the job known and has it hear of charges; before jobs and events start. */
    public void register(Jobs jobs, Events events, Db db) {
        jobs.every(INTERVAL, this, new Nothing());
        events.listen(
                "invoices.due",
                Set.of("billing.charged"),
                fact -> db.useTransaction(handle -> jobs.wake(handle, TYPE, Jobs.RECURRING)));
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing payload) {
        invoices.issueDue(run::fence);
        return JobOutcome.done();
    }
}
