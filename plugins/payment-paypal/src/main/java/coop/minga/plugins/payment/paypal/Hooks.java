package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.HookResult.Reason;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** Proves webhooks genuine. Nothing is asked of anybody for what cannot be PayPal's. */
final class Hooks {

    static final String ID = "paypal-transmission-id";
    static final String TIME = "paypal-transmission-time";
    static final String SIGNATURE = "paypal-transmission-sig";
    static final String CERTIFICATE = "paypal-cert-url";
    static final String ALGORITHM = "paypal-auth-algo";

    private static final String RSA = "SHA256withRSA";

    /** PayPal repeats what was not answered for three days, under the time of the first. */
    static final Duration LATE = Duration.ofDays(4);

    private static final Duration EARLY = Duration.ofMinutes(5);
    private static final int LONGEST_BODY = 1024 * 1024;
    private static final Pattern TRANSMISSION = Pattern.compile("[A-Za-z0-9-]{1,50}");

    /** The signed part of a request. */
    private record Sealed(
            String id, String time, String signature, String certificate, byte[] body) {}

    private final ProviderContext context;
    private final Site site;
    private final Settings settings;
    private final Api api;
    private final Certificates certificates;
    private final HookEvents events;

    Hooks(
            ProviderContext context,
            Site site,
            Settings settings,
            Api api,
            Orders orders,
            Trust trust) {
        this.context = context;
        this.site = site;
        this.settings = settings;
        this.api = api;
        this.certificates = new Certificates(context, site, trust);
        this.events = new HookEvents(settings, orders);
    }

    HookResult verify(Call call, RawRequest request) {
        if (settings.webhookId().isEmpty()) {
            throw new ProviderException(
                    Code.MISCONFIGURED,
                    Text.of(
                            "The webhook ID is blank: no webhook can be checked",
                            "El webhook ID está en blanco: no se puede comprobar ninguno"));
        }
        Optional<String> id = header(request, ID, TRANSMISSION.asMatchPredicate());
        Optional<String> time = header(request, TIME, text -> instant(text).isPresent());
        Optional<String> signature = header(request, SIGNATURE, Hooks::isBase64);
        Optional<String> certificate = header(request, CERTIFICATE, text -> text.length() <= 500);
        Optional<String> algorithm = header(request, ALGORITHM, RSA::equals);
        if (id.isEmpty()
                || time.isEmpty()
                || signature.isEmpty()
                || certificate.isEmpty()
                || algorithm.isEmpty()) {
            return HookResult.refused(
                    request.header(SIGNATURE).isEmpty() ? Reason.NO_SIGNATURE : Reason.MALFORMED);
        }
        Optional<URI> address = Certificates.address(site, certificate.get());
        if (address.isEmpty()) {
            return HookResult.refused(
                    Site.modeOf(certificate.get())
                            .filter(mode -> mode != settings.mode())
                            .map(_ -> Reason.WRONG_MODE)
                            .orElse(Reason.WRONG_SIGNATURE));
        }
        Instant at = instant(time.get()).orElseThrow();
        Instant now = context.clock().instant();
        if (at.isBefore(now.minus(LATE))) {
            return HookResult.refused(Reason.STALE);
        }
        if (at.isAfter(now.plus(EARLY))) {
            return HookResult.refused(Reason.FROM_THE_FUTURE);
        }
        JsonNode event =
                request.body().length > LONGEST_BODY ? Json.read("") : Json.read(request.body());
        if (event.isMissingNode()) {
            return HookResult.refused(Reason.MALFORMED);
        }
        Sealed sealed =
                new Sealed(
                        id.get(), time.get(), signature.get(), certificate.get(), request.body());
        boolean genuine =
                switch (settings.check()) {
                    case ONLINE -> paypalSaysSo(call, sealed);
                    case OFFLINE -> signedByPaypal(call, sealed, address.get());
                };
        return genuine ? events.read(call, event) : HookResult.refused(Reason.WRONG_SIGNATURE);
    }

    private static Optional<String> header(
            RawRequest request, String name, Predicate<String> fits) {
        List<String> values = request.headers().getOrDefault(name, List.of());
        return values.size() == 1 && fits.test(values.getFirst())
                ? Optional.of(values.getFirst())
                : Optional.empty();
    }

    private static Optional<Instant> instant(String text) {
        try {
            return text.length() > 40 ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static boolean isBase64(String text) {
        if (text.isBlank() || text.length() > 500) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(text).length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The event goes as the bytes it came as: PayPal compares a checksum of them. */
    private boolean paypalSaysSo(Call call, Sealed sealed) {
        String before =
                Json.text(
                        Json.object()
                                .put("auth_algo", RSA)
                                .put("cert_url", sealed.certificate())
                                .put("transmission_id", sealed.id())
                                .put("transmission_sig", sealed.signature())
                                .put("transmission_time", sealed.time())
                                .put("webhook_id", settings.webhookId()));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(
                (before.substring(0, before.length() - 1) + ",\"webhook_event\":")
                        .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(sealed.body());
        body.write('}');
        try {
            return api.post(call, "/v1/notifications/verify-webhook-signature", body.toByteArray())
                    .path("verification_status")
                    .asText()
                    .equals("SUCCESS");
        } catch (Refusal refusal) {
            if (refusal.status() == 400 || refusal.status() == 422) {
                return false;
            }
            throw refusal;
        }
    }

    private boolean signedByPaypal(Call call, Sealed sealed, URI address) {
        Optional<PublicKey> key = certificates.key(call, address);
        if (key.isEmpty()) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(RSA);
            signature.initVerify(key.get());
            signature.update(
                    message(sealed.id(), sealed.time(), settings.webhookId(), sealed.body()));
            return signature.verify(Base64.getDecoder().decode(sealed.signature()));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** What PayPal signs. The webhook's id is the configured one, never one from the request. */
    static byte[] message(String id, String time, String webhookId, byte[] body) {
        CRC32 sum = new CRC32();
        sum.update(body);
        return String.join("|", id, time, webhookId, Long.toString(sum.getValue()))
                .getBytes(StandardCharsets.UTF_8);
    }
}
