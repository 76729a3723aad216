package coop.minga.platform.ledger;

import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobPolicy;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/** Proves the books; run every hour. */
public final class VerifyJob implements JobHandler<VerifyJob.Nothing> {

    private static final Logger LOG = LoggerFactory.getLogger(VerifyJob.class);
    private static final JobType<Nothing> TYPE = new JobType<>("ledger.verify", Nothing.class);

    /** No payload. */
    public record Nothing() {}

    private final Books books;

    public VerifyJob(Books books) {
        this.books = books;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobPolicy policy() {
        return JobPolicy.standard().withTimeout(Duration.ofMinutes(30));
    }

    @Override
    public JobOutcome run(JobRun run, Nothing nothing) {
        BooksReport report = books.verifyAndKeep();
        for (BooksReport.Finding finding : report.findings()) {
            LOG.error(
                    "The books do not fit: {} [{}]: {}",
                    finding.row(),
                    finding.check(),
                    finding.detail().get("en"));
        }
        return JobOutcome.done();
    }
}
