package coop.minga.plugins.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.messaging.Message;
import coop.minga.plugin.api.messaging.MessagingChannel;
import coop.minga.plugin.api.messaging.SendResult;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.MessagingChannelContract;
import coop.minga.plugin.testkit.MovableClock;
import coop.minga.plugin.testkit.RecordingContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

final class OutboxTest extends MessagingChannelContract {
    @TempDir Path data;

    @Override
    protected ProviderFactory<MessagingChannel> factory() {
        return new OutboxFactory();
    }

    @Override
    protected int delivered() {
        return context().state().keys(Outbox.MESSAGE).size();
    }

    @Test
    void servesTrialsOnly() {
        assertThat(factory().descriptor().trialOnly()).isTrue();
    }

    @Test
    void documentHasTheShapeTheAdminPageReads() {
        RecordingContext host = host("2026-11-02T10:15:30.123Z");
        outbox(host)
                .send(
                        Calls.with(new IdempotencyKey("m1")),
                        new Message("mail", "ana@example.org", "Hola \"ñ\"", "a\nb\\\u0001", ""));

        List<String> places = host.state().keys("message/");
        assertThat(places).hasSize(1);
        assertThat(places.getFirst()).startsWith("message/20261102T101530123Z-");
        assertThat(host.state().get(places.getFirst()))
                .contains(
                        "{\"id\":\"m1\",\"at\":\"2026-11-02T10:15:30.123Z\",\"medium\":\"mail\","
                                + "\"to\":\"ana@example.org\",\"subject\":\"Hola \\\"ñ\\\"\","
                                + "\"text\":\"a\\nb\\\\\\u0001\",\"html\":\"\"}");
    }

    @Test
    void newestAreKeptAndTheStoreNeverFills() {
        MovableClock clock = MovableClock.at("2026-11-02T10:15:30Z");
        RecordingContext host = new RecordingContext("outbox", "h", clock, data);
        MessagingChannel outbox = outbox(host);
        for (int i = 0; i < 1_100; i++) {
            outbox.send(Calls.with(new IdempotencyKey("m" + i)), mail("text " + i));
            clock.move(Duration.ofMillis(5));
        }
        List<String> places = host.state().keys("message/");
        assertThat(places).hasSize(Outbox.KEPT);
        assertThat(host.state().get(places.getLast()).orElseThrow()).contains("text 1099");
        assertThat(host.state().keys("")).hasSize(2 * Outbox.KEPT);
        assertThat(outbox.find(Calls.fresh(), new IdempotencyKey("m0"))).isEmpty();
        assertThat(outbox.find(Calls.fresh(), new IdempotencyKey("m1099"))).isPresent();
    }

    @Test
    void sendCutShortIsFinishedByTheNextOne() {
        RecordingContext host = host("2026-11-02T10:15:30Z");
        MessagingChannel outbox = outbox(host);
        IdempotencyKey key = new IdempotencyKey("cut");
        outbox.send(Calls.with(key), mail("once"));
        // As if the host had died between the claim and the message.
        host.state().delete(host.state().keys("message/").getFirst());
        assertThat(outbox.find(Calls.fresh(), key)).isEmpty();

        assertThat(outbox.send(Calls.with(key), mail("once"))).isEqualTo(SendResult.sent("cut"));
        assertThat(host.state().keys("message/")).hasSize(1);
    }

    @Test
    void hugeMessagesAreCutToFitADocument() {
        RecordingContext host = host("2026-11-02T10:15:30Z");
        String huge = "漢\"\u0001".repeat(200_000);
        outbox(host).send(Calls.fresh(), new Message("mail", "ana@example.org", huge, huge, huge));
        String document = host.state().get(host.state().keys("message/").getFirst()).orElseThrow();
        assertThat(document.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(65_536);
        assertThat(document).contains("…\"");
    }

    @Test
    void charactersNoDatabaseTakesAreReplaced() {
        assertThat(Json.quoted("a\0b\ud800c😀")).isEqualTo("\"a\\ufffdb\\ufffdc😀\"");
    }

    private RecordingContext host(String now) {
        return new RecordingContext("outbox", "h", MovableClock.at(now), data);
    }

    private MessagingChannel outbox(RecordingContext host) {
        return factory().open(host, ProviderConfig.empty());
    }

    private static Message mail(String text) {
        return new Message("mail", "ana@example.org", "Hello", text, "");
    }
}
