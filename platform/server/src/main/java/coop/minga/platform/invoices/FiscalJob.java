package coop.minga.platform.invoices;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalResult;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Reports one document to the tax authority, after it has its number. The document's own id is the
 * key, so that a lost answer leads to the same report, never to a second one.
 */
public final class FiscalJob implements JobHandler<FiscalJob.Due> {

    static final JobType<Due> TYPE = new JobType<>("invoices.fiscal", Due.class);

    private static final Duration WAIT = Duration.ofMinutes(1);

    /** Which document. */
    public record Due(InvoiceId invoice) {}

    private final Db db;
    private final FiscalOffice office;
    private final Clock clock;
    private final InvoiceStore invoices = new InvoiceStore();
    private final FiscalStore store = new FiscalStore();

    public FiscalJob(Db db, FiscalOffice office, Clock clock) {
        this.db = db;
        this.office = office;
        this.clock = clock;
    }

    @Override
    public JobType<Due> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Due payload) {
        InvoiceId id = payload.invoice();
        Optional<FiscalRecord> known = db.read(handle -> store.find(handle, id));
        if (known.isPresent() && known.get().state() != FiscalRecord.State.PENDING) {
            return JobOutcome.done();
        }
        Optional<String> name = office.open();
        if (name.isEmpty()) {
            return JobOutcome.waiting("waits for a fiscal issuer", WAIT);
        }
        IdempotencyKey key = new IdempotencyKey("fiscal-" + id);
        Outcome<FiscalResult> outcome =
                known.isPresent()
                        ? office.status(name.get(), key, run.traceId())
                                .map(found -> found.orElse(FiscalResult.pending("")))
                        : office.issue(name.get(), key, document(id), run.traceId());
        return switch (outcome) {
            case Outcome.Done<FiscalResult>(FiscalResult result) ->
                    keep(run, id, name.get(), result);
            case Outcome.Failed<FiscalResult> failed -> JobOutcome.failed(failed.problem());
            case Outcome.Unknown<FiscalResult> unknown -> JobOutcome.failed(unknown.problem());
        };
    }

    private FiscalDocument document(InvoiceId id) {
        return db.read(handle -> {
            Invoice invoice = invoices.find(handle, id).orElseThrow();
            return FiscalDocuments.of(invoice, store.seriesPrefix(handle, invoice.series()));
        });
    }

    private JobOutcome keep(JobRun run, InvoiceId id, String provider, FiscalResult result) {
        FiscalRecord record = record(provider, result);
        db.useTransaction(handle -> {
            run.fence(handle);
            store.save(handle, id, record);
        });
        return switch (record.state()) {
            case PENDING -> JobOutcome.again(WAIT);
            case PREPARED, AUTHORIZED -> JobOutcome.done();
            case REJECTED -> JobOutcome.failed("refused: " + record.detail());
        };
    }

    private FiscalRecord record(String provider, FiscalResult result) {
        FiscalRecord.State state =
                switch (result) {
                    case FiscalResult.Authorized authorized -> FiscalRecord.State.AUTHORIZED;
                    case FiscalResult.Pending pending -> FiscalRecord.State.PENDING;
                    case FiscalResult.Prepared prepared -> FiscalRecord.State.PREPARED;
                    case FiscalResult.Rejected rejected -> FiscalRecord.State.REJECTED;
                };
        String detail =
                switch (result) {
                    case FiscalResult.Authorized authorized -> authorized.authorization();
                    case FiscalResult.Rejected rejected -> rejected.reason();
                    case FiscalResult.Pending pending -> "";
                    case FiscalResult.Prepared prepared -> "";
                };
        return new FiscalRecord(provider, state, result.reference(), detail, clock.instant());
    }
}
