package coop.minga.plugins.payment.stripe;

import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.param.DisputeListParams;
import com.stripe.param.DisputeRetrieveParams;
import com.stripe.param.DisputeUpdateParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Dispute;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.Evidence;
import coop.minga.plugin.api.payment.PaymentHandle;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Payers who take their money back through their bank, and the answers to them. */
final class DisputeDesk {

    private static final int LONGEST_TEXT = 20_000;

    private final StripeApi api;
    private final Tags tags;
    private final Clock clock;

    DisputeDesk(StripeApi api, Tags tags, Clock clock) {
        this.api = api;
        this.tags = tags;
        this.clock = clock;
    }

    Dispute observe(Call call, DisputeHandle handle) {
        return api.ask(call, stripe -> told(stripe, dispute(stripe, handle)));
    }

    private static com.stripe.model.Dispute dispute(V1Services stripe, DisputeHandle handle)
            throws StripeException {
        return stripe.disputes()
                .retrieve(
                        handle.value(),
                        DisputeRetrieveParams.builder().addExpand("payment_intent").build());
    }

    Page<Dispute> list(Call call, Instant since, Page.Token token) {
        return Span.of(token, since, clock.instant())
                .page(span ->
                        api.ask(
                                call,
                                stripe -> {
                                    var list = disputes(stripe, span);
                                    List<Dispute> told = new ArrayList<>();
                                    for (com.stripe.model.Dispute each : list.getData()) {
                                        if (isOurs(each)) {
                                            told.add(told(stripe, each));
                                        }
                                    }
                                    Collections.reverse(told);
                                    return Boolean.TRUE.equals(list.getHasMore())
                                            ? new Span.TooMuch<>(told)
                                            : new Span.All<>(told);
                                }));
    }

    private static com.stripe.model.StripeCollection<com.stripe.model.Dispute> disputes(
            V1Services stripe, Span span) throws StripeException {
        return stripe.disputes()
                .list(
                        DisputeListParams.builder()
                                .setCreated(
                                        DisputeListParams.Created.builder()
                                                .setGte(span.from())
                                                .setLt(span.until())
                                                .build())
                                .addExpand("data.payment_intent")
                                .setLimit(Span.PAGE)
                                .build());
    }

    private boolean isOurs(com.stripe.model.Dispute dispute) {
        PaymentIntent intent = dispute.getPaymentIntentObject();
        return intent != null && tags.ours(intent.getMetadata());
    }

    Dispute answer(Call call, DisputeHandle handle, Evidence evidence, boolean submit) {
        return api.ask(
                call,
                stripe -> {
                    requireOpen(dispute(stripe, handle));
                    DisputeUpdateParams params =
                            DisputeUpdateParams.builder()
                                    .setEvidence(evidence(evidence))
                                    .setSubmit(submit)
                                    .build();
                    try {
                        stripe.disputes()
                                .update(
                                        handle.value(),
                                        params,
                                        StripeApi.once(call.key(), submit ? "submit" : "draft"));
                    } catch (InvalidRequestException e) {
                        requireOpen(dispute(stripe, handle));
                        throw e;
                    }
                    return told(stripe, dispute(stripe, handle));
                });
    }

    private static void requireOpen(com.stripe.model.Dispute dispute) {
        switch (dispute.getStatus()) {
            case "needs_response", "warning_needs_response" -> {}
            case null, default ->
                    throw new ProviderException(
                            Code.CONFLICT,
                            Text.of(
                                    "The dispute takes no answer any more.",
                                    "La disputa ya no admite respuesta."));
        }
    }

    private static DisputeUpdateParams.Evidence evidence(Evidence evidence) {
        DisputeUpdateParams.Evidence.Builder params = DisputeUpdateParams.Evidence.builder();
        // Stripe takes receipts as files only: the text goes with the explanation.
        String text =
                evidence.receipt().isEmpty()
                        ? evidence.explanation()
                        : evidence.explanation() + "\n\n" + evidence.receipt();
        params.setUncategorizedText(cut(text));
        if (!evidence.accessLog().isEmpty()) {
            params.setAccessActivityLog(cut(evidence.accessLog()));
        }
        evidence.customerAddress().ifPresent(params::setCustomerPurchaseIp);
        evidence.deliveredAt()
                .map(at -> at.atZone(ZoneOffset.UTC).toLocalDate().toString())
                .ifPresent(params::setServiceDate);
        return params.build();
    }

    private static String cut(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }

    Dispute accept(Call call, DisputeHandle handle) {
        return api.ask(
                call,
                stripe -> {
                    com.stripe.model.Dispute now = dispute(stripe, handle);
                    if (!"lost".equals(now.getStatus())) {
                        requireOpen(now);
                        stripe.disputes()
                                .close(handle.value(), StripeApi.once(call.key(), "close"));
                    }
                    return told(stripe, dispute(stripe, handle));
                });
    }

    private static Dispute told(V1Services stripe, com.stripe.model.Dispute dispute)
            throws StripeException {
        Dispute told =
                Dispute.of(
                        new DisputeHandle(dispute.getId()),
                        payment(stripe, dispute),
                        Seen.mode(dispute.getLivemode()),
                        Currencies.money(dispute.getAmount(), dispute.getCurrency()),
                        state(Objects.requireNonNullElse(dispute.getStatus(), "")),
                        reason(Objects.requireNonNullElse(dispute.getReason(), "")),
                        Seen.time(dispute.getCreated()));
        Long dueBy =
                dispute.getEvidenceDetails() == null
                        ? null
                        : dispute.getEvidenceDetails().getDueBy();
        return dueBy == null ? told : told.withAnswerBy(Seen.time(dueBy));
    }

    private static PaymentHandle payment(V1Services stripe, com.stripe.model.Dispute dispute)
            throws StripeException {
        PaymentIntent intent = dispute.getPaymentIntentObject();
        if (intent == null) {
            return new PaymentHandle(dispute.getCharge());
        }
        return new PaymentHandle(
                Tags.is(Tags.Way.CHECKOUT, intent.getMetadata())
                        ? Found.sessionOf(stripe, intent.getId()).getId()
                        : intent.getId());
    }

    private static Dispute.State state(String status) {
        return switch (status) {
            case "warning_needs_response", "warning_under_review" -> Dispute.State.INQUIRY;
            case "warning_closed", "prevented" -> Dispute.State.CLOSED;
            case "needs_response" -> Dispute.State.NEEDS_ANSWER;
            case "under_review" -> Dispute.State.UNDER_REVIEW;
            case "won" -> Dispute.State.WON;
            case "lost" -> Dispute.State.LOST;
            default -> Dispute.State.UNKNOWN;
        };
    }

    private static Dispute.Reason reason(String reason) {
        return switch (reason) {
            case "fraudulent" -> Dispute.Reason.FRAUDULENT;
            case "product_not_received" -> Dispute.Reason.NOT_RECEIVED;
            case "product_unacceptable" -> Dispute.Reason.NOT_AS_DESCRIBED;
            case "duplicate" -> Dispute.Reason.DUPLICATE;
            case "subscription_canceled" -> Dispute.Reason.CANCELED;
            case "unrecognized" -> Dispute.Reason.NOT_RECOGNIZED;
            default -> Dispute.Reason.OTHER;
        };
    }
}
