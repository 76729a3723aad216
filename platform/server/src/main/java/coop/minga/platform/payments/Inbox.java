package coop.minga.platform.payments;

import coop.minga.platform.Ids;
import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookResult;

import io.micrometer.core.instrument.MeterRegistry;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/**
 * Where vendors' webhooks come in. What is proven to be the vendor's by arithmetic is proven before
 * it is answered, and a forgery leaves nothing but a count; the rest is kept, answered and proven
 * afterwards. Each event is kept once, and acted on by fetching what it is about. Thread-safe.
 */
public final class Inbox {

    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    /** What strangers may leave here before somebody has looked at it. */
    private static final int MOST_UNVERIFIED = 2_000;

    private final Vendors vendors;
    private final HookStore store;
    private final Jobs jobs;
    private final Db db;
    private final Ids ids;
    private final Clock clock;
    private final MeterRegistry meters;

    Inbox(Payments.Parts parts, HookStore store) {
        this.vendors = parts.vendors();
        this.store = store;
        this.jobs = parts.jobs();
        this.db = parts.db();
        this.ids = parts.ids();
        this.clock = parts.clock();
        this.meters = parts.meters();
    }

    /** What the sender is told. */
    enum Receipt {
        /** 200: it is kept. */
        KEPT,
        /** 400: it is not believed; nothing was kept. */
        REFUSED,
        /** 404: nobody takes webhooks under this name. */
        NOBODY,
        /** 503: it cannot be checked now; the vendor comes again. */
        LATER
    }

    Receipt receive(String provider, RawRequest request) {
        if (vendors.find(provider).isEmpty()) {
            return Receipt.NOBODY;
        }
        Receipt receipt =
                vendors.find(provider).filter(Vendors.Vendor::takesWork).isEmpty()
                        ? Receipt.LATER
                        : taken(provider, request);
        count(provider, receipt.name());
        return receipt;
    }

    private Receipt taken(String provider, RawRequest request) {
        return switch (Terms.of(vendors, provider)) {
            case Outcome.Done<Terms>(Terms terms) ->
                    switch (terms.hookCheck()) {
                        case IN_REQUEST -> verified(provider, terms, request);
                        case AFTER_STORING -> stored(provider, request);
                        case NONE -> Receipt.NOBODY;
                    };
            case Outcome.Failed<Terms> _, Outcome.Unknown<Terms> _ -> Receipt.LATER;
        };
    }

    private Receipt verified(String provider, Terms terms, RawRequest request) {
        return switch (verify(provider, request)) {
            case Outcome.Done<HookResult>(HookResult.Refused refused) ->
                    refuse(provider, refused.reason().name());
            case Outcome.Done<HookResult>(HookResult.Verified verified) -> {
                if (verified.events().stream().anyMatch(e -> e.mode() != terms.mode())) {
                    yield refuse(provider, HookResult.Reason.WRONG_MODE.name());
                }
                db.useTransaction(handle ->
                        verified.events().forEach(event -> keep(handle, provider, event, request)));
                yield Receipt.KEPT;
            }
            case Outcome.Failed<HookResult> failed ->
                    switch (failed.code()) {
                        // A plugin that stumbles over what a stranger sends must not make it ours.
                        case INTERNAL, INVALID_REQUEST -> refuse(provider, "BROKEN");
                        case UNAUTHENTICATED,
                                MISCONFIGURED,
                                NOT_FOUND,
                                CONFLICT,
                                IDEMPOTENCY_MISMATCH,
                                LIMIT,
                                UNAVAILABLE,
                                CAPACITY,
                                UNSUPPORTED ->
                                Receipt.LATER;
                    };
            case Outcome.Unknown<HookResult> _ -> Receipt.LATER;
        };
    }

    private Receipt refuse(String provider, String reason) {
        count(provider, reason);
        return Receipt.REFUSED;
    }

    Outcome<HookResult> verify(String provider, RawRequest request) {
        return vendors.call(
                provider,
                Ask.reading("webhook").within(AT_ONCE),
                (each, call) -> each.verifyAndParse(call, request));
    }

    private Receipt stored(String provider, RawRequest request) {
        return db.inTransaction(handle -> {
            if (store.unverified(handle) >= MOST_UNVERIFIED) {
                return Receipt.LATER;
            }
            StoredHook hook = new StoredHook(ids.next(), provider, false, null, request);
            if (store.insert(
                    handle, hook, "raw:" + digest(request), "", "unverified", clock.instant())) {
                enqueue(handle, hook.id());
            }
            return Receipt.KEPT;
        });
    }

    /** Keeps an event that was proven; the same one again changes nothing. */
    void keep(Handle handle, String provider, HookEvent event, RawRequest request) {
        StoredHook hook =
                new StoredHook(ids.next(), provider, true, subject(event.subject()), request);
        if (store.insert(
                handle, hook, "event:" + event.id(), event.type(), "stored", clock.instant())) {
            enqueue(handle, hook.id());
        }
    }

    private void enqueue(Handle handle, UUID id) {
        jobs.enqueue(handle, HookJob.TYPE, id.toString(), new HookJob.Read(id));
    }

    private static @Nullable String subject(HookEvent.Subject subject) {
        return switch (subject) {
            case HookEvent.Subject.OfPayment of -> HookJob.PAYMENT + of.payment().value();
            case HookEvent.Subject.OfRefund of -> HookJob.REFUND + of.refund().value();
            case HookEvent.Subject.OfSetup of -> HookJob.SETUP + of.setup().value();
            case HookEvent.Subject.OfDispute _,
                    HookEvent.Subject.OfPayout _,
                    HookEvent.Subject.OfRecipient _ ->
                    null;
        };
    }

    private void count(String provider, String result) {
        meters.counter(
                        "minga_payment_hooks",
                        "provider",
                        provider,
                        "result",
                        result.toLowerCase(Locale.ROOT))
                .increment();
    }

    private static String digest(RawRequest request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(request.method().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(request.rawQuery().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return HexFormat.of().formatHex(digest.digest(request.body()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
