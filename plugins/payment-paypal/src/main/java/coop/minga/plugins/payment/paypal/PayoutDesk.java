package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Payout;
import coop.minga.plugin.api.payment.PayoutHandle;
import coop.minga.plugin.api.payment.PayoutRequest;
import coop.minga.plugin.api.payment.Recipient;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RecipientRequest;
import coop.minga.plugins.payment.paypal.Journal.About;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Payouts to people with a PayPal account, one item per batch: {@code sender_batch_id} is then the
 * key of one payout, and PayPal pays it once.
 */
final class PayoutDesk {

    private static final String PATH = "/v1/payments/payouts";
    private static final String BATCH = "batch";
    private static final Pattern MAIL =
            Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{3,180}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern ORIGINAL =
            Pattern.compile("/v1/payments/payouts/([A-Za-z0-9-]{1,64})");

    private final Api api;
    private final Settings settings;
    private final Journal journal;

    PayoutDesk(Api api, Settings settings, Journal journal) {
        this.api = api;
        this.settings = settings;
        this.journal = journal;
    }

    /** PayPal pays any address; who has no account there is asked to open one. */
    Recipient enroll(RecipientRequest request) {
        String mail = request.address().strip();
        if (!MAIL.matcher(mail).matches()) {
            throw new ProviderException(
                    Code.INVALID_REQUEST,
                    Text.of(
                            "PayPal pays to an e-mail address",
                            "PayPal paga a una dirección de correo"));
        }
        return Recipient.payable(new RecipientHandle(mail));
    }

    Recipient recipient(RecipientHandle handle) {
        if (!MAIL.matcher(handle.value()).matches()) {
            throw Orders.notFound();
        }
        return Recipient.payable(handle);
    }

    Payout pay(Call call, PayoutRequest request) {
        recipient(request.recipient());
        ObjectNode inputs =
                Json.object()
                        .put("reference", request.reference())
                        .put("receiver", hash(request.recipient().value()))
                        .put("currency", request.amount().asset().code())
                        .put("value", Cash.written(request.amount()));
        JsonNode entry = journal.claim(About.PAYOUT, call.key(), inputs);
        String known = entry.path(BATCH).asText("");
        if (!known.isEmpty()) {
            return observe(call, known);
        }
        String batch = send(call, request);
        journal.learn(About.PAYOUT, call.key(), BATCH, batch);
        return observe(call, batch);
    }

    private String send(Call call, PayoutRequest request) {
        ObjectNode body = Json.object();
        body.putObject("sender_batch_header")
                .put("sender_batch_id", call.key().value())
                .put("email_subject", line(request.description()));
        ObjectNode item = body.putArray("items").addObject();
        item.put("recipient_type", "EMAIL")
                .put("receiver", request.recipient().value())
                .put("sender_item_id", request.reference())
                .put("note", line(request.description()));
        item.putObject("amount")
                .put("currency", request.amount().asset().code())
                .put("value", Cash.written(request.amount()));
        try {
            JsonNode answer = api.post(call, PATH, Json.bytes(body));
            return batchOf(answer.path("batch_header").path("payout_batch_id").asText(""));
        } catch (Refusal refusal) {
            // A batch under this key is there already: PayPal points to it.
            return refusal.links().stream()
                    .flatMap(link -> original(link).stream())
                    .findFirst()
                    .orElseThrow(() -> refusal);
        }
    }

    /** The journal needs to recognise an address, not to know it. */
    private static String hash(String mail) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(mail.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static String line(String description) {
        String line = description.isBlank() ? "Payout" : description.strip();
        return line.length() > 200 ? line.substring(0, 200) : line;
    }

    private static String batchOf(String id) {
        if (!ID.matcher(id).matches()) {
            throw Api.nonsense(null);
        }
        return id;
    }

    Optional<Payout> find(Call call, IdempotencyKey key) {
        Optional<JsonNode> entry = journal.find(About.PAYOUT, key.value());
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        String known = entry.get().path(BATCH).asText("");
        if (known.isEmpty()) {
            // PayPal tells a batch by its own id only, and asking to pay would pay.
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "PayPal's answer to this payout was lost; paying again under the same"
                                    + " key pays once and tells",
                            "La respuesta de PayPal a este pago se perdió; pagar de nuevo con la"
                                    + " misma clave paga una vez y lo dice"));
        }
        return Optional.of(observe(call, known));
    }

    Payout observe(Call call, String id) {
        if (!ID.matcher(id).matches()) {
            throw Orders.notFound();
        }
        JsonNode batch = api.get(call, PATH + "/" + id);
        JsonNode item = batch.path("items").path(0);
        JsonNode amount = item.path("payout_item").path("amount");
        Money money;
        try {
            money = Cash.read(amount.path("currency").asText(), amount.path("value").asText());
        } catch (IllegalArgumentException e) {
            throw Api.nonsense(e);
        }
        return Payout.of(
                new PayoutHandle(id),
                settings.mode(),
                money,
                state(
                        batch.path("batch_header").path("batch_status").asText(""),
                        item.path("transaction_status").asText("")));
    }

    /** A batch that succeeded says nothing of its item. */
    private static Payout.State state(String batch, String item) {
        return switch (item) {
            case "SUCCESS" -> Payout.State.PAID;
            case "FAILED", "BLOCKED", "DENIED" -> Payout.State.FAILED;
            case "PENDING", "ONHOLD", "HELD", "NEW", "PROCESSING" -> Payout.State.PENDING;
            case "UNCLAIMED" -> Payout.State.UNCLAIMED;
            case "RETURNED", "REFUNDED", "REVERSED" -> Payout.State.RETURNED;
            case "" ->
                    switch (batch) {
                        case "DENIED", "CANCELED" -> Payout.State.FAILED;
                        case "NEW", "PENDING", "PROCESSING", "ACKNOWLEDGED" -> Payout.State.PENDING;
                        default -> Payout.State.UNKNOWN;
                    };
            default -> Payout.State.UNKNOWN;
        };
    }

    private static Optional<String> original(String href) {
        Matcher matcher = ORIGINAL.matcher(href);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
