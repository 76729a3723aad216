package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.testkit.LoopbackVendor.Answer;
import coop.minga.plugin.testkit.LoopbackVendor.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

final class LoopbackVendorTest {

    @TempDir Path folder;

    private final AtomicInteger work = new AtomicInteger();

    private LoopbackVendor vendor() {
        return new LoopbackVendor(
                request -> Answer.json(200, "{\"n\":" + work.incrementAndGet() + "}"));
    }

    private Http.Response ask(LoopbackVendor vendor, Duration time) {
        return RecordingContext.in(folder)
                .http()
                .send(
                        Calls.within(time, Calls.key()),
                        Http.Request.get(vendor.url().resolve("/things?x=1"), Map.of("A", "b")));
    }

    private Http.Response ask(LoopbackVendor vendor) {
        return ask(vendor, Duration.ofSeconds(10));
    }

    @Test
    void vendorAnswersAndRemembers() {
        try (LoopbackVendor vendor = vendor()) {
            assertThat(ask(vendor).status()).isEqualTo(200);
            assertThat(vendor.requests())
                    .singleElement()
                    .satisfies(request -> {
                        assertThat(request.path()).isEqualTo("/things");
                        assertThat(request.query()).isEqualTo("x=1");
                        assertThat(request.headers()).containsEntry("a", "b");
                    });
        }
    }

    @Test
    void faultsHappenOnceAndInOrder() {
        try (LoopbackVendor vendor = vendor()) {
            vendor.next(Fault.TOO_MANY);
            vendor.next(Fault.BROKEN);
            vendor.next(Fault.TWICE);
            assertThat(ask(vendor).header("Retry-After")).contains("1");
            assertThat(ask(vendor).status()).isEqualTo(500);
            assertThat(work.get()).isZero();
            assertThat(ask(vendor).status()).isEqualTo(200);
            assertThat(work.get()).isEqualTo(2);
        }
    }

    @Test
    void lostReplyDidTheWork() {
        try (LoopbackVendor vendor = vendor()) {
            vendor.next(request -> request.path().equals("/things"), Fault.WORK_THEN_HANG);
            assertThatThrownBy(() -> ask(vendor, Duration.ofMillis(300)))
                    .isInstanceOfSatisfying(
                            ProviderException.class,
                            e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
            assertThat(work.get()).isEqualTo(1);
        }
    }

    @Test
    void nothingButLoopbackIsReached() {
        assertThatThrownBy(() ->
                        RecordingContext.in(folder)
                                .http()
                                .send(
                                        Calls.fresh(),
                                        Http.Request.get(
                                                URI.create("http://192.0.2.1/"), Map.of())))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.MISCONFIGURED));
    }

    @Test
    void storeKeepsItsLimits() {
        MemoryStateStore store = new MemoryStateStore();
        assertThat(store.putIfAbsent("a/1", "{}")).isTrue();
        assertThat(store.putIfAbsent("a/1", "[]")).isFalse();
        store.put("a/2", "{}");
        store.put("b", "{}");
        assertThat(store.keys("a/")).containsExactly("a/1", "a/2");
        store.delete("a/1");
        store.delete("a/1");
        assertThat(store.get("a/1")).isEmpty();
        assertThatThrownBy(() -> store.put("big", "x".repeat(65_537)))
                .isInstanceOf(ProviderException.class);
        assertThatThrownBy(() -> store.put("no spaces", "{}"))
                .isInstanceOf(ProviderException.class);
        for (int i = 0; i < 998; i++) {
            store.put("n" + i, "{}");
        }
        assertThatThrownBy(() -> store.put("one-more", "{}")).isInstanceOf(ProviderException.class);
    }
}
