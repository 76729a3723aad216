package coop.minga.plugins.payment.stripe;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.HookResult.Reason;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PayoutHandle;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.SetupHandle;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Stripe's webhooks. Nothing is taken from them but ids, so their version does not matter; what
 * they are about is fetched by the host.
 */
final class Hooks {

    private final List<String> secrets;
    private final Mode mode;
    private final Tags tags;

    Hooks(List<String> secrets, Mode mode, Tags tags) {
        this.secrets = secrets;
        this.mode = mode;
        this.tags = tags;
    }

    HookResult verify(RawRequest request, Instant now) {
        if (secrets.isEmpty()) {
            throw new ProviderException(
                    Code.MISCONFIGURED,
                    Text.of(
                            "Without its signing secret no webhook can be checked.",
                            "Sin su secreto de firma no se puede comprobar ningún webhook."));
        }
        Optional<String> header = request.header(Signature.HEADER);
        if (header.isEmpty()) {
            return HookResult.refused(Reason.NO_SIGNATURE);
        }
        Optional<Signature> signature = Signature.read(header.get());
        if (signature.isEmpty()) {
            return HookResult.refused(Reason.MALFORMED);
        }
        if (secrets.stream().noneMatch(s -> signature.get().isBy(s, request.body()))) {
            return HookResult.refused(Reason.WRONG_SIGNATURE);
        }
        Duration age = Duration.between(signature.get().at(), now);
        if (age.compareTo(Signature.TOLERANCE) > 0) {
            return HookResult.refused(Reason.STALE);
        }
        if (age.compareTo(Signature.TOLERANCE.negated()) < 0) {
            return HookResult.refused(Reason.FROM_THE_FUTURE);
        }
        return read(new String(request.body(), StandardCharsets.UTF_8));
    }

    private HookResult read(String body) {
        try {
            JsonObject event = JsonParser.parseString(body).getAsJsonObject();
            if (!text(event, "object").equals("event")) {
                return HookResult.verified();
            }
            if (event.get("livemode").getAsBoolean() != (mode == Mode.LIVE)) {
                return HookResult.refused(Reason.WRONG_MODE);
            }
            JsonObject about = event.getAsJsonObject("data").getAsJsonObject("object");
            // Connect's events carry the account they are about.
            if (!text(event, "account").isEmpty() && !text(about, "object").equals("account")) {
                return HookResult.refused(Reason.NOT_FOR_US);
            }
            String id = text(event, "id");
            Instant at = Instant.ofEpochSecond(event.get("created").getAsLong());
            return HookResult.verified(
                    subject(about)
                            .map(subject ->
                                    HookEvent.of(id, text(event, "type"), subject, mode, at))
                            .stream()
                            .toList());
        } catch (RuntimeException | StackOverflowError _) {
            // Signed by Stripe and yet not what Stripe sends.
            return HookResult.refused(Reason.MALFORMED);
        }
    }

    /** What an event is about; empty for what this host did not start. */
    private Optional<HookEvent.Subject> subject(JsonObject about) {
        String id = text(about, "id");
        return switch (text(about, "object")) {
            case "checkout.session" ->
                    ours(about)
                            .map(_ ->
                                    text(about, "mode").equals("setup")
                                            ? new HookEvent.Subject.OfSetup(new SetupHandle(id))
                                            : new HookEvent.Subject.OfPayment(
                                                    new PaymentHandle(id)));
            case "payment_intent" ->
                    ours(about).map(_ -> new HookEvent.Subject.OfPayment(new PaymentHandle(id)));
            case "charge" -> ours(about).flatMap(_ -> intent(about));
            case "refund" ->
                    ours(about)
                            .<HookEvent.Subject>map(
                                    _ -> new HookEvent.Subject.OfRefund(new RefundHandle(id)))
                            .or(() -> intent(about));
            case "dispute" -> Optional.of(new HookEvent.Subject.OfDispute(new DisputeHandle(id)));
            case "account" ->
                    ours(about)
                            .map(_ -> new HookEvent.Subject.OfRecipient(new RecipientHandle(id)));
            case "transfer" ->
                    ours(about).map(_ -> new HookEvent.Subject.OfPayout(new PayoutHandle(id)));
            default -> Optional.empty();
        };
    }

    private static Optional<HookEvent.Subject> intent(JsonObject about) {
        return Optional.of(text(about, "payment_intent"))
                .filter(id -> !id.isEmpty())
                .map(id -> new HookEvent.Subject.OfPayment(new PaymentHandle(id)));
    }

    private Optional<JsonObject> ours(JsonObject about) {
        JsonElement metadata = about.get("metadata");
        return metadata instanceof JsonObject written
                        && text(written, Tags.HOST).equals(tags.host())
                ? Optional.of(about)
                : Optional.empty();
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null || !value.isJsonPrimitive() ? "" : value.getAsString();
    }
}
