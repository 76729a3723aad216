package coop.minga.platform.payments;

import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** Acts on a webhook: fetches what it is about and takes that into the books. */
public final class HookJob implements JobHandler<HookJob.Read> {

    static final JobType<Read> TYPE = new JobType<>("payments.hook", Read.class);

    static final String PAYMENT = "payment:";
    static final String REFUND = "refund:";
    static final String SETUP = "setup:";

    /** Which webhook. */
    public record Read(UUID hook) {}

    private final HookStore store;
    private final PaymentStore payments;
    private final RefundStore refunds;
    private final MethodStore methods;
    private final Settlement settlement;
    private final Inbox inbox;
    private final Errands errands;
    private final Jobs jobs;
    private final Db db;
    private final Clock clock;

    HookJob(
            HookStore store,
            PaymentStore payments,
            RefundStore refunds,
            MethodStore methods,
            Settlement settlement,
            Inbox inbox,
            Errands errands,
            Payments.Parts parts) {
        this.store = store;
        this.payments = payments;
        this.refunds = refunds;
        this.methods = methods;
        this.settlement = settlement;
        this.inbox = inbox;
        this.errands = errands;
        this.jobs = parts.jobs();
        this.db = parts.db();
        this.clock = parts.clock();
    }

    @Override
    public JobType<Read> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Read payload) {
        StoredHook hook = db.read(handle -> store.open(handle, payload.hook())).orElse(null);
        if (hook == null) {
            return JobOutcome.done();
        }
        Optional<JobOutcome> absence = errands.absence(hook.provider());
        if (absence.isPresent()) {
            return absence.get();
        }
        String subject = hook.subject();
        if (!hook.verified()) {
            return verify(run, hook);
        }
        if (subject != null && subject.startsWith(PAYMENT)) {
            return payment(run, hook, new PaymentHandle(subject.substring(PAYMENT.length())));
        }
        if (subject != null && subject.startsWith(REFUND)) {
            return refund(run, hook, subject.substring(REFUND.length()));
        }
        if (subject != null && subject.startsWith(SETUP)) {
            return setup(run, hook, subject.substring(SETUP.length()));
        }
        return finish(run, hook, "ignored");
    }

    private JobOutcome verify(JobRun run, StoredHook hook) {
        return switch (inbox.verify(hook.provider(), hook.request())) {
            case Outcome.Done<HookResult>(HookResult.Refused _) -> finish(run, hook, "refused");
            case Outcome.Done<HookResult>(HookResult.Verified verified) -> {
                errands.note(
                        run,
                        "hook-done",
                        handle -> {
                            verified.events()
                                    .forEach(event ->
                                            inbox.keep(
                                                    handle,
                                                    hook.provider(),
                                                    event,
                                                    hook.request()));
                            store.done(handle, hook.id(), "applied", clock.instant());
                        });
                yield JobOutcome.done();
            }
            case Outcome.Failed<HookResult> failed -> JobOutcome.failed(failed.problem());
            case Outcome.Unknown<HookResult> unknown -> JobOutcome.failed(unknown.problem());
        };
    }

    private JobOutcome payment(JobRun run, StoredHook hook, PaymentHandle handleOfVendor) {
        Outcome<Payment> fetched =
                errands.read(
                        run,
                        hook.provider(),
                        "fetch",
                        (provider, call) -> provider.observe(call, handleOfVendor));
        return switch (fetched) {
            case Outcome.Done<Payment>(Payment seen) -> {
                errands.note(
                        run,
                        "hook-done",
                        handle -> {
                            String state =
                                    ours(handle, hook.provider(), seen)
                                            .map(id -> apply(handle, id, seen))
                                            .orElse("ignored");
                            store.done(handle, hook.id(), state, clock.instant());
                        });
                yield JobOutcome.done();
            }
            case Outcome.Failed<Payment> failed ->
                    failed.code() == ProviderException.Code.NOT_FOUND
                            ? finish(run, hook, "ignored")
                            : JobOutcome.failed(failed.problem());
            case Outcome.Unknown<Payment> unknown -> JobOutcome.failed(unknown.problem());
        };
    }

    private String apply(Handle handle, PaymentId id, Payment seen) {
        StoredPayment after = settlement.apply(handle, id, seen);
        if (after.state() == PaymentState.AUTHORIZED) {
            jobs.enqueue(handle, CheckJob.TYPE, id.toString(), new CheckJob.Check(id));
        }
        for (StoredRefund refund : refunds.of(handle, id)) {
            if (refund.state().isOpen()) {
                jobs.enqueue(
                        handle,
                        RefundJob.TYPE,
                        refund.id().toString(),
                        new RefundJob.Give(refund.id()));
            }
        }
        return "applied";
    }

    /** The payment of ours that the vendor's object names, begun at this provider. */
    private Optional<PaymentId> ours(Handle handle, String provider, Payment seen) {
        PaymentId id = named(seen.reference());
        return id == null
                ? Optional.empty()
                : payments.find(handle, id)
                        .filter(payment -> payment.provider().equals(provider))
                        .map(StoredPayment::id);
    }

    private static @Nullable PaymentId named(String reference) {
        try {
            return PaymentId.parse(reference);
        } catch (MingaException e) {
            return null;
        }
    }

    private JobOutcome refund(JobRun run, StoredHook hook, String handleOfVendor) {
        errands.note(
                run,
                "hook-done",
                handle -> {
                    Optional<RefundId> id =
                            refunds.byHandle(handle, hook.provider(), handleOfVendor);
                    id.ifPresent(refund ->
                            jobs.enqueue(
                                    handle,
                                    RefundJob.TYPE,
                                    refund.toString(),
                                    new RefundJob.Give(refund)));
                    store.done(
                            handle,
                            hook.id(),
                            id.isPresent() ? "applied" : "ignored",
                            clock.instant());
                });
        return JobOutcome.done();
    }

    private JobOutcome setup(JobRun run, StoredHook hook, String setupOfVendor) {
        errands.note(
                run,
                "hook-done",
                handle -> {
                    Optional<MethodId> id = methods.by(handle, hook.provider(), setupOfVendor);
                    id.ifPresent(method ->
                            jobs.enqueue(
                                    handle,
                                    SetupJob.TYPE,
                                    method.toString(),
                                    new SetupJob.Save(method)));
                    store.done(
                            handle,
                            hook.id(),
                            id.isPresent() ? "applied" : "ignored",
                            clock.instant());
                });
        return JobOutcome.done();
    }

    private JobOutcome finish(JobRun run, StoredHook hook, String state) {
        errands.note(
                run,
                "hook-done",
                handle -> {
                    store.done(handle, hook.id(), state, clock.instant());
                });
        return JobOutcome.done();
    }
}
