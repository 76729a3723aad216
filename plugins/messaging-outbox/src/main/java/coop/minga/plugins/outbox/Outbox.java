package coop.minga.plugins.outbox;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.StateStore;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.messaging.Message;
import coop.minga.plugin.api.messaging.MessagingChannel;
import coop.minga.plugin.api.messaging.SendResult;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Keeps messages instead of sending them.
 *
 * <p>The claim {@code key/{id}} is written first and at most once over all hosts; the message's
 * place follows from the claim, so that a send that was cut short is finished by the next one with
 * the same key.
 */
final class Outbox implements MessagingChannel {
    static final String MESSAGE = "message/";
    static final String KEY = "key/";

    /** Two documents each, and the store takes 1,000; some room for those who send at once. */
    static final int KEPT = 480;

    private static final DateTimeFormatter ORDERED =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    /** Parts of one document of at most 64 KiB, with room for escapes. */
    private static final int LONGEST_TEXT = 20_000;

    private static final int LONGEST_HTML = 30_000;
    private static final int LARGEST = 64 * 1024;

    private final ProviderContext context;

    Outbox(ProviderContext context) {
        this.context = context;
    }

    @Override
    public SendResult send(Call call, Message message) {
        StateStore store = context.state();
        String hash = hash(message);
        Instant now = context.clock().instant();
        String place =
                MESSAGE + ORDERED.format(now) + "-" + sha256(call.key().value()).substring(0, 16);
        String name = KEY + call.key();
        Claim claim = new Claim(place, now, hash);
        if (!store.putIfAbsent(name, claim.write())) {
            claim = store.get(name).map(Claim::read).orElse(claim);
            if (!claim.hash().equals(hash)) {
                throw new ProviderException(
                        Code.IDEMPOTENCY_MISMATCH,
                        Text.of(
                                "Key " + call.key() + " was used before for another message",
                                "La clave " + call.key() + " ya se usó para otro mensaje"));
            }
        }
        if (store.putIfAbsent(claim.place(), document(call.key(), claim.at(), message))) {
            forgetOldest(store);
        }
        return SendResult.sent(call.key().value());
    }

    @Override
    public Optional<SendResult> find(Call call, IdempotencyKey key) {
        return context.state()
                .get(KEY + key)
                .map(Claim::read)
                .filter(claim -> context.state().get(claim.place()).isPresent())
                .map(claim -> SendResult.sent(key.value()));
    }

    @Override
    public ProbeResult probe(Call call) {
        int kept = context.state().keys(MESSAGE).size();
        return ProbeResult.of(
                List.of(
                        ProbeResult.Check.passed(
                                Text.of("Messages stay here", "Los mensajes se quedan aquí"),
                                Text.of(
                                        kept + " kept, none sent",
                                        kept + " guardados, ninguno enviado"))));
    }

    @Override
    public void close() {}

    private static void forgetOldest(StateStore store) {
        List<String> places = store.keys(MESSAGE);
        for (String place : places.subList(0, Math.max(0, places.size() - KEPT))) {
            store.get(place)
                    .flatMap(document -> Json.field(document, "id"))
                    .ifPresent(id -> store.delete(KEY + id));
            store.delete(place);
        }
    }

    private static String document(IdempotencyKey key, Instant at, Message message) {
        String text = Json.cut(message.text(), LONGEST_TEXT);
        String html = Json.cut(message.html(), LONGEST_HTML);
        String document = write(key, at, message, text, html);
        // Characters outside ASCII and escapes take more bytes than characters.
        while (document.getBytes(StandardCharsets.UTF_8).length > LARGEST) {
            html = Json.cut(html, html.length() / 2);
            text = Json.cut(text, Math.max(1_000, text.length() / 2));
            document = write(key, at, message, text, html);
        }
        return document;
    }

    private static String write(
            IdempotencyKey key, Instant at, Message message, String text, String html) {
        return "{\"id\":"
                + Json.quoted(key.value())
                + ",\"at\":"
                + Json.quoted(at.toString())
                + ",\"medium\":"
                + Json.quoted(message.medium())
                + ",\"to\":"
                + Json.quoted(Json.cut(message.to(), 400))
                + ",\"subject\":"
                + Json.quoted(Json.cut(message.subject(), 1_000))
                + ",\"text\":"
                + Json.quoted(text)
                + ",\"html\":"
                + Json.quoted(html)
                + "}";
    }

    private static String hash(Message message) {
        return sha256(
                String.join(
                        "\0",
                        message.medium(),
                        message.to(),
                        message.subject(),
                        message.text(),
                        message.html()));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** Where a key's message is, and what it was. */
    private record Claim(String place, Instant at, String hash) {
        String write() {
            return "{\"message\":\""
                    + place
                    + "\",\"at\":\""
                    + at
                    + "\",\"hash\":\""
                    + hash
                    + "\"}";
        }

        static Claim read(String json) {
            // The store may have ordered and spaced the document anew.
            return new Claim(
                    Json.field(json, "message").orElse(MESSAGE + "unknown"),
                    Json.field(json, "at").map(Instant::parse).orElse(Instant.EPOCH),
                    Json.field(json, "hash").orElse(""));
        }
    }
}
