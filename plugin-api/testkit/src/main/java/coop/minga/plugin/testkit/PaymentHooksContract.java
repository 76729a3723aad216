package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentProvider;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Webhooks: only the vendor's are believed, and nothing a stranger sends makes an exception. */
abstract class PaymentHooksContract extends PaymentMoneyContract {

    private static final List<String> BAD_HEADERS =
            List.of(
                    "",
                    " ",
                    "t,v1",
                    "t=,v1=",
                    "=",
                    ",,,",
                    "t=99999999999999999999,v1=00",
                    "t=-1,v1=zz",
                    "%00",
                    "ñ".repeat(50),
                    "a".repeat(100_000));

    private static final List<byte[]> BAD_BODIES =
            Stream.of(
                            "",
                            "{",
                            "null",
                            "[]",
                            "{}",
                            "\"\"",
                            "{\"id\":null}",
                            "[".repeat(20_000),
                            "{\"id\":\"" + "x".repeat(100_000) + "\"}")
                    .map(body -> body.getBytes(StandardCharsets.UTF_8))
                    .toList();

    @Test
    public void genuineHookNamesItsPaymentAndItself() {
        PaymentProvider provider = open();
        Payment paid = paid(provider);
        List<RawRequest> hooks = hook(provider, paid, Instant.now()).stream().toList();
        assertThat(hooks.isEmpty())
                .as("webhooks are supplied where there are any")
                .isEqualTo(provider.hookCheck() == HookCheck.NONE);
        for (RawRequest hook : hooks) {
            HookEvent event = onlyEvent(provider, hook);
            assertThat(event.subject()).isEqualTo(new HookEvent.Subject.OfPayment(paid.handle()));
            assertThat(event.mode()).isEqualTo(provider.mode());
            assertThat(onlyEvent(provider, hook)).as("sent again").isEqualTo(event);
        }
    }

    @Test
    public void withoutWebhooksNothingIsBelieved() {
        PaymentProvider provider = open();
        if (provider.hookCheck() == HookCheck.NONE) {
            requireRefused(provider, new RawRequest("POST", "", "", Map.of(), new byte[0]));
        }
    }

    @TestFactory
    public Stream<DynamicTest> forgedHooksAreRefused() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        Map<String, RawRequest> forged = new LinkedHashMap<>();
        hook(provider, payment, Instant.now())
                .ifPresent(genuine -> {
                    byte[] longer = Arrays.copyOf(genuine.body(), genuine.body().length + 1);
                    longer[genuine.body().length] = ' ';
                    forged.put("a space after the body", withBody(genuine, longer));
                    byte[] other = genuine.body().clone();
                    if (other.length > 2) {
                        other[other.length / 2] ^= 1;
                        forged.put("one bit of the body", withBody(genuine, other));
                    }
                    for (int i = 0; i < BAD_BODIES.size(); i++) {
                        forged.put("bad body " + i, withBody(genuine, BAD_BODIES.get(i)));
                    }
                    for (String name : signatureHeaders()) {
                        assertThat(genuine.headers()).containsKey(name);
                        forged.put("no " + name, withHeader(genuine, name, List.of()));
                        for (int i = 0; i < BAD_HEADERS.size(); i++) {
                            forged.put(
                                    "bad " + name + " " + i,
                                    withHeader(genuine, name, List.of(BAD_HEADERS.get(i))));
                        }
                    }
                    forged.put(
                            "no headers",
                            new RawRequest(
                                    genuine.method(),
                                    genuine.suffix(),
                                    genuine.rawQuery(),
                                    Map.of(),
                                    genuine.body()));
                });
        return forged.entrySet().stream()
                .map(forgery ->
                        DynamicTest.dynamicTest(
                                forgery.getKey(),
                                () -> requireRefused(provider, forgery.getValue())));
    }

    @Test
    public void staleAndFutureHooksAreRefused() {
        PaymentProvider provider = open();
        Payment payment = started(provider);
        hookTolerance()
                .ifPresent(tolerance -> {
                    Duration beyond = tolerance.plusMinutes(2);
                    hook(provider, payment, Instant.now().minus(beyond))
                            .ifPresent(stale -> requireRefused(provider, stale));
                    hook(provider, payment, Instant.now().plus(beyond))
                            .ifPresent(future -> requireRefused(provider, future));
                });
    }

    @Test
    public void randomRequestsAreRefusedWithoutExceptions() {
        PaymentProvider provider = open();
        long seed = 20_261_120L;
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] body = new byte[random.nextInt(200)];
            random.nextBytes(body);
            Map<String, List<String>> headers = new HashMap<>();
            for (String name : signatureHeaders()) {
                byte[] value = new byte[random.nextInt(80)];
                random.nextBytes(value);
                headers.put(name, List.of(new String(value, StandardCharsets.ISO_8859_1)));
            }
            requireRefused(provider, new RawRequest("POST", "", "a=%zz&&", headers, body));
        }
    }

    @TestFactory
    public Stream<DynamicTest> withoutASigningSecretNothingIsBelieved() {
        return withoutHookSecret().stream()
                .map(raw ->
                        DynamicTest.dynamicTest(
                                "without the secret",
                                () -> {
                                    PaymentProvider provider = open(context("careless"), raw);
                                    assertThat(provider.probe(Calls.fresh()).status())
                                            .isEqualTo(ProbeResult.Status.FAILED);
                                    requireCode(
                                            Code.MISCONFIGURED,
                                            () ->
                                                    provider.verifyAndParse(
                                                            Calls.fresh(),
                                                            new RawRequest(
                                                                    "POST",
                                                                    "",
                                                                    "",
                                                                    Map.of(),
                                                                    new byte[0])));
                                }));
    }

    private static HookEvent onlyEvent(PaymentProvider provider, RawRequest hook) {
        HookResult result = provider.verifyAndParse(Calls.fresh(), hook);
        assertThat(result).isInstanceOf(HookResult.Verified.class);
        List<HookEvent> events = ((HookResult.Verified) result).events();
        assertThat(events).hasSize(1);
        return events.getFirst();
    }

    private static void requireRefused(PaymentProvider provider, RawRequest request) {
        assertThat(provider.verifyAndParse(Calls.fresh(), request))
                .isInstanceOf(HookResult.Refused.class);
    }

    private static RawRequest withBody(RawRequest request, byte[] body) {
        return new RawRequest(
                request.method(), request.suffix(), request.rawQuery(), request.headers(), body);
    }

    private static RawRequest withHeader(RawRequest request, String name, List<String> values) {
        Map<String, List<String>> headers = new HashMap<>(request.headers());
        headers.remove(name);
        if (!values.isEmpty()) {
            headers.put(name, values);
        }
        return new RawRequest(
                request.method(), request.suffix(), request.rawQuery(), headers, request.body());
    }
}
