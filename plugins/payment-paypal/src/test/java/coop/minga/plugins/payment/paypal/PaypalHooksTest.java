package coop.minga.plugins.payment.paypal;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.HookEvent.Subject;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.HookResult.Reason;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.testkit.Calls;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Webhooks: which are believed, by which means, and what they are about. */
final class PaypalHooksTest {

    private static final String NAME = "messageverificationcerts.sandbox.paypal.com";

    private static Signer signer;
    private static Signer stranger;
    private static Signer expired;

    private Scene scene;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) {
        signer = Signer.named(folder, NAME, 30, "-1d");
        stranger = Signer.named(folder, "www.example.org", 30, "-1d");
        expired = Signer.named(folder, NAME, 5, "-10d");
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        scene = new Scene(signer, folder);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private PaymentProvider offline() {
        return scene.open(Map.of("webhook_check", "offline"));
    }

    private RawRequest approved(PaymentProvider provider) {
        Payment payment = scene.approved(provider);
        return scene.paypal.hook(
                "CHECKOUT.ORDER.APPROVED",
                scene.paypal.books.order(payment.handle().value()),
                Instant.now());
    }

    private static RawRequest with(RawRequest request, String header, String value) {
        Map<String, List<String>> headers = new HashMap<>(request.headers());
        headers.put(header, List.of(value));
        return new RawRequest("POST", "", "", headers, request.body());
    }

    @Test
    void certificateIsFetchedOnceAndProvesWithoutAskingPaypal() {
        PaymentProvider provider = offline();
        RawRequest hook = approved(provider);
        int before = scene.paypal.vendor.requests().size();
        assertThat(provider.verifyAndParse(Calls.fresh(), hook))
                .isInstanceOf(HookResult.Verified.class);
        provider.verifyAndParse(Calls.fresh(), hook);
        assertThat(scene.paypal.vendor.requests().subList(before, before + 1))
                .allMatch(request -> request.path().startsWith(Certificates.PATH));
        assertThat(scene.paypal.vendor.requests()).hasSize(before + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/v1/notifications/certs/CERT-1",
                "https://api.sandbox.paypal.com.evil.example/v1/notifications/certs/CERT-1",
                "https://api.sandbox.paypal.com@evil.example/v1/notifications/certs/CERT-1",
                "http://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
                "https://api.sandbox.paypal.com:8443/v1/notifications/certs/CERT-1",
                "https://api.sandbox.paypal.com/v1/notifications/certs/../../oauth2/token",
                "https://api.sandbox.paypal.com/v1/notifications/certs/%2e%2e/token",
                "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1?x=1",
                "https://api.sandbox.paypal.com/other",
                "https://169.254.169.254/v1/notifications/certs/CERT-1",
                "file:///etc/passwd",
            })
    void certificateAddressPointingElsewhereMakesNoConnection(String url) {
        for (PaymentProvider provider : List.of(offline(), scene.open())) {
            RawRequest hook = approved(provider);
            int before = scene.paypal.vendor.requests().size();
            assertThat(provider.verifyAndParse(Calls.fresh(), with(hook, Hooks.CERTIFICATE, url)))
                    .isInstanceOf(HookResult.Refused.class);
            assertThat(scene.paypal.vendor.requests()).hasSize(before);
        }
    }

    @Test
    void webhookOfTheOtherWorldIsRefusedAsSuch() {
        PaymentProvider provider = scene.open();
        assertThat(
                        provider.verifyAndParse(
                                Calls.fresh(),
                                with(
                                        approved(provider),
                                        Hooks.CERTIFICATE,
                                        "https://api.paypal.com/v1/notifications/certs/CERT-1")))
                .isEqualTo(HookResult.refused(Reason.WRONG_MODE));
    }

    @Test
    void signatureForAnotherWebhookIsRefusedBothWays() {
        for (PaymentProvider provider : List.of(offline(), scene.open())) {
            RawRequest hook = approved(provider);
            RawRequest other = FakePaypal.signed(hook.body(), "WEBHOOK_ID", Instant.now(), signer);
            assertThat(provider.verifyAndParse(Calls.fresh(), other))
                    .isEqualTo(HookResult.refused(Reason.WRONG_SIGNATURE));
        }
    }

    @Test
    void sameWordsWrittenAnotherWayAreRefusedBothWays() {
        for (PaymentProvider provider : List.of(offline(), scene.open())) {
            RawRequest hook = approved(provider);
            String spaced = new String(hook.body(), StandardCharsets.UTF_8).replaceFirst(":", ": ");
            assertThat(
                            provider.verifyAndParse(
                                    Calls.fresh(),
                                    new RawRequest(
                                            "POST",
                                            "",
                                            "",
                                            hook.headers(),
                                            spaced.getBytes(StandardCharsets.UTF_8))))
                    .isEqualTo(HookResult.refused(Reason.WRONG_SIGNATURE));
        }
    }

    @Test
    void certificateOfAnotherNameIsNotPaypals(@TempDir Path folder) {
        requireRefusedFrom(stranger, folder);
    }

    @Test
    void certificateThatEndedIsNotPaypals(@TempDir Path folder) {
        requireRefusedFrom(expired, folder);
    }

    private void requireRefusedFrom(Signer bad, Path folder) {
        try (Scene other = new Scene(bad, folder)) {
            PaymentProvider provider = other.open(Map.of("webhook_check", "offline"));
            RawRequest hook =
                    FakePaypal.signed(
                            approved(scene.open()).body(), FakePaypal.WEBHOOK, Instant.now(), bad);
            assertThat(provider.verifyAndParse(Calls.fresh(), hook))
                    .isEqualTo(HookResult.refused(Reason.WRONG_SIGNATURE));
        }
    }

    @Test
    void certificateOfAnotherAuthorityIsNotPaypals(@TempDir Path folder) {
        Signer forger = Signer.named(folder, NAME, 30, "-1d");
        try (FakePaypal forged = new FakePaypal(forger)) {
            PaypalFactory factory =
                    new PaypalFactory(
                            mode -> Site.of(mode).reachedAt(forged.vendor.url()),
                            Trust.of(signer.root()));
            PaymentProvider provider = scene.open(factory, Map.of("webhook_check", "offline"));
            RawRequest hook =
                    FakePaypal.signed(
                            approved(scene.open()).body(),
                            FakePaypal.WEBHOOK,
                            Instant.now(),
                            forger);
            assertThat(provider.verifyAndParse(Calls.fresh(), hook))
                    .isEqualTo(HookResult.refused(Reason.WRONG_SIGNATURE));
        }
    }

    @Test
    void eventsNameWhatTheyAreAbout() {
        PaymentProvider provider = scene.open();
        Payment paid = scene.paid(provider);
        String order = paid.handle().value();
        provider.refund(Calls.fresh(), Scene.refund(paid, 100));
        Subject payment = new Subject.OfPayment(paid.handle());
        assertThat(subject("PAYMENT.CAPTURE.COMPLETED", captureOf(order))).isEqualTo(payment);
        assertThat(subject("PAYMENT.CAPTURE.REFUNDED", scene.paypal.books.refundResource(order)))
                .isEqualTo(payment);
        assertThat(subject("PAYMENT.CAPTURE.REVERSED", captureOf(order))).isEqualTo(payment);
        assertThat(subject("PAYMENT.REFUND.PENDING", scene.paypal.books.refundResource(order)))
                .isInstanceOf(Subject.OfRefund.class);
        assertThat(
                        subject(
                                "PAYMENT.PAYOUTS-ITEM.RETURNED",
                                Json.object().put("payout_batch_id", "BATCH1")))
                .isInstanceOf(Subject.OfPayout.class);
    }

    private com.fasterxml.jackson.databind.JsonNode captureOf(String order) {
        return scene.paypal.books.captureResource(order);
    }

    private Subject subject(String type, com.fasterxml.jackson.databind.JsonNode resource) {
        HookResult result =
                scene.open()
                        .verifyAndParse(
                                Calls.fresh(), scene.paypal.hook(type, resource, Instant.now()));
        return ((HookResult.Verified) result).events().getFirst().subject();
    }

    @Test
    void eventAboutNothingOfOursIsBelievedAndLeftAlone() {
        HookResult result =
                scene.open()
                        .verifyAndParse(
                                Calls.fresh(),
                                scene.paypal.hook(
                                        "BILLING.PLAN.CREATED",
                                        Json.object().put("id", "P-1"),
                                        Instant.now()));
        assertThat(result).isEqualTo(HookResult.verified());
    }
}
