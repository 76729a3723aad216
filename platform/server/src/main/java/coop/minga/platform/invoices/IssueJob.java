package coop.minga.platform.invoices;

import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

/** Every minute writes the documents that are due. */
public final class IssueJob implements JobHandler<IssueJob.Nothing> {

    private static final JobType<Nothing> TYPE = new JobType<>("invoices.issue", Nothing.class);

    /** Nothing to say. */
    public record Nothing() {}

    private final InvoiceService invoices;

    public IssueJob(InvoiceService invoices) {
        this.invoices = invoices;
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
