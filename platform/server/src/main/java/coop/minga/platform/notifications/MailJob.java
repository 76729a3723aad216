package coop.minga.platform.notifications;

import coop.minga.platform.db.Db;
import coop.minga.platform.identity.Accounts;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.ExtensionPoint;
import coop.minga.platform.providers.ExtensionPoints;
import coop.minga.platform.providers.Guarded;
import coop.minga.platform.providers.Outcome;
import coop.minga.platform.providers.ProviderService;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.messaging.Message;
import coop.minga.plugin.api.messaging.MessagingChannel;
import coop.minga.plugin.api.messaging.SendResult;

import java.time.Duration;
import java.util.Optional;

/** Hands one letter to the channel that carries mail; the same key is delivered once. */
final class MailJob implements JobHandler<Letter> {

    static final JobType<Letter> TYPE = new JobType<>("notifications.mail", Letter.class);

    private static final Duration WAIT = Duration.ofMinutes(1);

    private final Db db;
    private final Accounts accounts;
    private final ProviderService providers;
    private final ExtensionPoints points;

    MailJob(Db db, Accounts accounts, ProviderService providers, ExtensionPoints points) {
        this.db = db;
        this.accounts = accounts;
        this.providers = providers;
        this.points = points;
    }

    @Override
    public JobType<Letter> type() {
        return TYPE;
    }

    /** Whether a channel for mail takes work now. */
    boolean canSend() {
        return channel().isPresent();
    }

    @Override
    public JobOutcome run(JobRun run, Letter letter) {
        Optional<Accounts.Summary> reader =
                db.read(handle -> accounts.find(handle, letter.account()));
        if (reader.isEmpty()) {
            return JobOutcome.done();
        }
        Optional<Guarded<MessagingChannel>> channel = channel();
        if (channel.isEmpty()) {
            return JobOutcome.waiting("waits for a messaging plugin that carries mail", WAIT);
        }
        Message message =
                new Message("mail", reader.get().email(), letter.subject(), letter.text(), "");
        Outcome<SendResult> outcome =
                channel.get()
                        .call(
                                Ask.effect("send", letter.idempotencyKey()).traced(run.traceId()),
                                (mail, call) -> mail.send(call, message));
        return switch (outcome) {
            case Outcome.Done<SendResult>(SendResult result) -> finished(result);
            case Outcome.Failed<SendResult> failed -> JobOutcome.failed(failed.problem());
            case Outcome.Unknown<SendResult> unknown -> JobOutcome.failed(unknown.problem());
        };
    }

    private static JobOutcome finished(SendResult result) {
        return switch (result) {
            case SendResult.Sent sent -> JobOutcome.done();
            case SendResult.Pending pending -> JobOutcome.done();
            case SendResult.Declined declined ->
                    JobOutcome.failed("declined: " + declined.reason());
        };
    }

    private Optional<Guarded<MessagingChannel>> channel() {
        return points.serving(ExtensionPoint.MAIL)
                .flatMap(name -> providers.get(Kind.MESSAGING, name, MessagingChannel.class));
    }
}
