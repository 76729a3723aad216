package coop.minga.plugins.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;

import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookEvent.Subject;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.HookResult.Reason;
import coop.minga.plugin.api.payment.Mode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

final class StripeHooksTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final Tags TAGS = new Tags(StripeScene.HOST);

    private final Hooks hooks =
            new Hooks(List.of(StripeScene.SECRET, StripeScene.CONNECT_SECRET), Mode.TEST, TAGS);

    private static JsonObject about(String object, String id) {
        JsonObject about = new JsonObject();
        about.addProperty("id", id);
        about.addProperty("object", object);
        JsonObject metadata = new JsonObject();
        metadata.addProperty(Tags.HOST, StripeScene.HOST);
        about.add("metadata", metadata);
        return about;
    }

    private static JsonObject session() {
        JsonObject session = about("checkout.session", "cs_test_1");
        session.addProperty("mode", "payment");
        return session;
    }

    private HookResult verify(RawRequest request) {
        return hooks.verify(request, NOW);
    }

    private HookResult verify(JsonObject event, String secret) {
        return verify(StripeScene.signed(event, secret, NOW));
    }

    private List<Subject> subjects(String type, JsonObject about) {
        HookResult result = verify(StripeScene.event(type, about), StripeScene.SECRET);
        return ((HookResult.Verified) result).events().stream().map(HookEvent::subject).toList();
    }

    @Test
    void signatureIsWhatStripeComputesForItsVector() {
        byte[] body = "{\"id\":\"evt_1\",\"object\":\"event\"}".getBytes(StandardCharsets.UTF_8);
        String expected = "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd";
        assertThat(Signature.mac("whsec_test_secret", "1700000000", body))
                .isEqualTo(HexFormat.of().parseHex(expected));
        Signature read = Signature.read("t=1700000000,v1=" + expected).orElseThrow();
        assertThat(read.isBy("whsec_test_secret", body)).isTrue();
        assertThat(read.isBy("whsec_other", body)).isFalse();
    }

    @Test
    void oneOfTwoSignaturesIsEnoughWhileTheSecretIsReplaced() {
        byte[] body = FakeStripe.bytes(StripeScene.event("payment_intent.succeeded", session()));
        String time = Long.toString(NOW.getEpochSecond());
        String old = HexFormat.of().formatHex(Signature.mac("whsec_old", time, body));
        String ours = HexFormat.of().formatHex(Signature.mac(StripeScene.SECRET, time, body));
        assertThat(
                        verify(
                                StripeScene.request(
                                        "t=" + time + ",v1=" + old + ",v1=" + ours + ",v0=" + old,
                                        body)))
                .isInstanceOf(HookResult.Verified.class);
        assertThat(verify(StripeScene.request("t=" + time + ",v1=" + old, body)))
                .isEqualTo(HookResult.refused(Reason.WRONG_SIGNATURE));
        assertThat(verify(StripeScene.request("t=" + time + ",v0=" + ours, body)))
                .isEqualTo(HookResult.refused(Reason.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "t,v1",
                "",
                "t=,v1=",
                "v1=00,t=1",
                "t=1700000000",
                "t=99999999999999999999999,v1=00",
                "t=1,t=2,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd",
                "t=-1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd"
            })
    void headersThatAreNoneAreRefusedAndNeverAnException(String header) {
        assertThat(verify(StripeScene.request(header, new byte[0])))
                .isEqualTo(HookResult.refused(Reason.MALFORMED));
    }

    @Test
    void hugeHeadersAndBodiesAreRefused() {
        byte[] body = new byte[100_000];
        assertThat(verify(StripeScene.request("t=1,v1=" + "a".repeat(100_000), body)))
                .isEqualTo(HookResult.refused(Reason.MALFORMED));
        assertThat(verify(StripeScene.request("t=99999999999,v1=" + "a".repeat(64), body)))
                .isEqualTo(HookResult.refused(Reason.WRONG_SIGNATURE));
        assertThat(verify(new RawRequest("POST", "", "", Map.of(), body)))
                .isEqualTo(HookResult.refused(Reason.NO_SIGNATURE));
    }

    @ParameterizedTest
    @CsvSource({"-301, STALE", "301, FROM_THE_FUTURE"})
    void whatIsMoreThanFiveMinutesOffIsRefused(long seconds, Reason reason) {
        JsonObject event = StripeScene.event("checkout.session.completed", session());
        assertThat(verify(StripeScene.signed(event, StripeScene.SECRET, NOW.plusSeconds(seconds))))
                .isEqualTo(HookResult.refused(reason));
        long within = seconds - Long.signum(seconds);
        assertThat(verify(StripeScene.signed(event, StripeScene.SECRET, NOW.plusSeconds(within))))
                .isInstanceOf(HookResult.Verified.class);
    }

    @Test
    void realMoneysEventAtATestProviderIsRefused() {
        JsonObject event = StripeScene.event("checkout.session.completed", session());
        event.addProperty("livemode", true);
        assertThat(verify(event, StripeScene.SECRET))
                .isEqualTo(HookResult.refused(Reason.WRONG_MODE));
    }

    @Test
    void anotherAccountsPaymentIsNotForUs() {
        JsonObject event = StripeScene.event("payment_intent.succeeded", session());
        event.addProperty("account", "acct_somebody");
        assertThat(verify(event, StripeScene.CONNECT_SECRET))
                .isEqualTo(HookResult.refused(Reason.NOT_FOR_US));
    }

    @Test
    void connectedAccountsPapersAreHeardThroughConnectsEndpoint() {
        JsonObject event = StripeScene.event("account.updated", about("account", "acct_1"));
        event.addProperty("account", "acct_1");
        assertThat(((HookResult.Verified) verify(event, StripeScene.CONNECT_SECRET)).events())
                .singleElement()
                .satisfies(e -> assertThat(e.subject()).isInstanceOf(Subject.OfRecipient.class));
    }

    @Test
    void eventWithoutAVersionIsReadAllTheSame() {
        JsonObject event = StripeScene.event("checkout.session.completed", session());
        event.remove("api_version");
        assertThat(((HookResult.Verified) verify(event, StripeScene.SECRET)).events()).hasSize(1);
    }

    @Test
    void thinEventsAreAboutNothingWeFollow() {
        JsonObject event = new JsonObject();
        event.addProperty("id", "evt_test_thin");
        event.addProperty("object", "v2.core.event");
        assertThat(verify(event, StripeScene.SECRET)).isEqualTo(HookResult.verified());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "[]", "{\"object\":\"event\"}", "{\"object\":", "7"})
    void signedNonsenseIsNeverAnException(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String time = Long.toString(NOW.getEpochSecond());
        String signature = HexFormat.of().formatHex(Signature.mac(StripeScene.SECRET, time, bytes));
        HookResult result = verify(StripeScene.request("t=" + time + ",v1=" + signature, bytes));
        assertThat(result).isIn(HookResult.verified(), HookResult.refused(Reason.MALFORMED));
    }

    @Test
    void deeplyNestedBodyIsNeverAnException() {
        byte[] bytes = "[".repeat(50_000).getBytes(StandardCharsets.UTF_8);
        String time = Long.toString(NOW.getEpochSecond());
        String signature = HexFormat.of().formatHex(Signature.mac(StripeScene.SECRET, time, bytes));
        assertThat(verify(StripeScene.request("t=" + time + ",v1=" + signature, bytes)))
                .isEqualTo(HookResult.refused(Reason.MALFORMED));
    }

    @Test
    void anotherHostsPaymentOnTheSameAccountIsPassedOver() {
        JsonObject theirs = session();
        theirs.getAsJsonObject("metadata").addProperty(Tags.HOST, "another-host");
        assertThat(subjects("checkout.session.completed", theirs)).isEmpty();
        assertThat(subjects("customer.created", about("customer", "cus_1"))).isEmpty();
    }

    @Test
    void eventsNameWhatTheyAreAbout() {
        JsonObject setup = session();
        setup.addProperty("mode", "setup");
        JsonObject byStaff = about("refund", "re_1");
        byStaff.addProperty("payment_intent", "pi_1");
        byStaff.remove("metadata");
        assertThat(subjects("checkout.session.completed", setup).getFirst())
                .isInstanceOf(Subject.OfSetup.class);
        assertThat(subjects("payment_intent.succeeded", about("payment_intent", "pi_1")).getFirst())
                .isInstanceOf(Subject.OfPayment.class);
        assertThat(subjects("refund.updated", about("refund", "re_1")).getFirst())
                .isInstanceOf(Subject.OfRefund.class);
        assertThat(subjects("refund.created", byStaff).getFirst())
                .isEqualTo(
                        new Subject.OfPayment(
                                new coop.minga.plugin.api.payment.PaymentHandle("pi_1")));
        assertThat(subjects("charge.dispute.created", about("dispute", "du_1")).getFirst())
                .isInstanceOf(Subject.OfDispute.class);
        assertThat(subjects("transfer.reversed", about("transfer", "tr_1")).getFirst())
                .isInstanceOf(Subject.OfPayout.class);
    }
}
