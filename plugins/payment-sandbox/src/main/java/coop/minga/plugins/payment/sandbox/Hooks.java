package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.PaymentHandle;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Webhooks of test money, signed as vendors do it: {@code Sandbox-Signature: t=<seconds>,v1=<hex of
 * HMAC-SHA256 over t.body>}.
 */
final class Hooks {

    static final String HEADER = "sandbox-signature";
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String SECRET = "hook-secret";
    private static final int MOST_BYTES = 4096;
    private static final Pattern SIGNATURE = Pattern.compile("t=(\\d{1,12}),v1=([0-9a-f]{64})");
    private static final Pattern BODY =
            Pattern.compile(
                    "\\{\"id\":\"([A-Za-z0-9_-]{1,80})\",\"type\":\"([a-z.]{1,40})\","
                            + "\"payment\":\"([A-Za-z0-9]{1,80})\",\"mode\":\"(test|live)\"}");

    private final Supplier<String> secret;

    private Hooks(Supplier<String> secret) {
        this.secret = secret;
    }

    /** With the configured secret, or one made up at first use and kept. */
    static Hooks of(ProviderContext context, Optional<String> configured) {
        return new Hooks(() -> configured.orElseGet(() -> kept(context)));
    }

    private static String kept(ProviderContext context) {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        context.state()
                .putIfAbsent(
                        SECRET,
                        Step.of(Step.What.STARTED, context.clock().instant())
                                .with("secret", HexFormat.of().formatHex(random))
                                .write());
        return context.state().get(SECRET).map(Step::read).orElseThrow().text("secret");
    }

    boolean canCheck() {
        return !secret.get().isBlank();
    }

    HookResult verify(RawRequest request, Instant now) {
        if (!canCheck()) {
            throw new ProviderException(
                    Code.MISCONFIGURED, "Without a secret no webhook can be checked");
        }
        Optional<String> header = request.header(HEADER);
        if (header.isEmpty()) {
            return HookResult.refused(HookResult.Reason.NO_SIGNATURE);
        }
        Matcher signature = SIGNATURE.matcher(header.get());
        if (request.body().length > MOST_BYTES || !signature.matches()) {
            return HookResult.refused(HookResult.Reason.MALFORMED);
        }
        byte[] expected = mac(secret.get(), signature.group(1), request.body());
        if (!MessageDigest.isEqual(expected, HexFormat.of().parseHex(signature.group(2)))) {
            return HookResult.refused(HookResult.Reason.WRONG_SIGNATURE);
        }
        Instant signed = Instant.ofEpochSecond(Long.parseLong(signature.group(1)));
        if (signed.isBefore(now.minus(TOLERANCE))) {
            return HookResult.refused(HookResult.Reason.STALE);
        }
        if (signed.isAfter(now.plus(TOLERANCE))) {
            return HookResult.refused(HookResult.Reason.FROM_THE_FUTURE);
        }
        Matcher body = BODY.matcher(new String(request.body(), StandardCharsets.UTF_8));
        if (!body.matches()) {
            return HookResult.refused(HookResult.Reason.MALFORMED);
        }
        if (!body.group(4).equals("test")) {
            return HookResult.refused(HookResult.Reason.WRONG_MODE);
        }
        return HookResult.verified(
                HookEvent.ofPayment(
                        body.group(1),
                        body.group(2),
                        new PaymentHandle(body.group(3)),
                        Mode.TEST,
                        signed));
    }

    /** A webhook as this vendor would send it. */
    static RawRequest signed(String secret, String event, PaymentHandle payment, Instant at) {
        byte[] body =
                ("{\"id\":\""
                                + event
                                + "\",\"type\":\"payment.changed\",\"payment\":\""
                                + payment.value()
                                + "\",\"mode\":\"test\"}")
                        .getBytes(StandardCharsets.UTF_8);
        String time = Long.toString(at.getEpochSecond());
        String signature = HexFormat.of().formatHex(mac(secret, time, body));
        return new RawRequest(
                "POST", "", "", Map.of(HEADER, List.of("t=" + time + ",v1=" + signature)), body);
    }

    private static byte[] mac(String secret, String time, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HMAC-SHA256", e);
        }
    }
}
