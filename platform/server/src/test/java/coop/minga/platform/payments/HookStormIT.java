package coop.minga.platform.payments;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Principal;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Webhooks that come again, all at once, in any order and to two hosts on one database. */
class HookStormIT {

    private static final int EVENTS = 10;
    private static final int ORDERS_OF_ARRIVAL = 20;
    private static final int EACH = 1_000;

    private final MovableClock clock = MovableClock.at("2026-11-20T10:00:00Z");
    private final MoodyVendor vendor = new MoodyVendor();
    private final Principal ana = PaymentHost.customer("en");
    private TestDatabase database;
    private PaymentHost left;
    private PaymentHost right;

    @BeforeEach
    void open() {
        database = TestDatabase.create();
        left = new PaymentHost(database, vendor, new HeldJobs(), clock, CrashPoint.none());
        right = new PaymentHost(database, vendor, new HeldJobs(), clock, CrashPoint.none());
    }

    @AfterEach
    void close() {
        left.booksMustBalance();
        left.close();
        right.close();
        database.close();
    }

    private PaymentHost host(int n) {
        return n % 2 == 0 ? left : right;
    }

    private List<Integer> fifty(List<Callable<Integer>> work) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(50)) {
            for (Future<Integer> status : threads.invokeAll(work)) {
                statuses.add(status.get());
            }
        }
        return statuses;
    }

    @Test
    void aThousandCopiesAcrossTwoHostsAreOneEffect() throws Exception {
        String id = left.begin(ana);
        left.jobs().run();
        PaymentHandle handle = vendor.only(id);
        vendor.becomes(handle, PaymentOutcome.succeeded());
        List<Callable<Integer>> work = new ArrayList<>();
        for (int n = 0; n < EACH; n++) {
            PaymentHost host = host(n);
            work.add(() -> host.hook(MoodyVendor.hook("same", handle), MoodyVendor.GOOD).status());
        }
        assertThat(fifty(work)).hasSize(EACH).containsOnly(200);
        assertThat(left.count("SELECT count(*) FROM payment_hooks")).isEqualTo(1);
        bothWork();
        assertThat(left.balance(ana)).isEqualTo(1234);
        assertThat(left.count("SELECT count(*) FROM ledger_transfers WHERE kind = 'topup'"))
                .isEqualTo(1);
    }

    /**
     * A thousand webhooks of ten events each come shuffled while the payments go on at the vendor;
     * both hosts act on what they were told meanwhile.
     */
    @Test
    void twentyOrdersOfArrivalAcrossTwoHostsAreOneEffectEach() throws Exception {
        for (int seed = 0; seed < ORDERS_OF_ARRIVAL; seed++) {
            Random random = new Random(seed);
            String id = host(seed).begin(ana);
            host(seed).jobs().run();
            PaymentHandle handle = vendor.only(id);
            List<Callable<Integer>> storm = storm("o" + seed, handle, random);
            storm.add(
                    random.nextInt(storm.size()),
                    () -> {
                        vendor.becomes(handle, PaymentOutcome.pending());
                        return 200;
                    });
            storm.add(
                    random.nextInt(storm.size()),
                    () -> {
                        vendor.becomes(handle, PaymentOutcome.succeeded());
                        return 200;
                    });
            storm.add(random.nextInt(storm.size()), this::bothWork);
            storm.add(random.nextInt(storm.size()), this::bothWork);
            assertThat(fifty(storm)).containsOnly(200);
            vendor.becomes(handle, PaymentOutcome.succeeded());
            host(seed).hook(MoodyVendor.hook("last" + seed, handle), MoodyVendor.GOOD);
            bothWork();
            assertThat(left.balance(ana)).as("order %s", seed).isEqualTo(1234L * (seed + 1));
        }
        assertThat(left.count("SELECT count(*) FROM ledger_transfers WHERE kind = 'topup'"))
                .isEqualTo(ORDERS_OF_ARRIVAL);
    }

    private List<Callable<Integer>> storm(String prefix, PaymentHandle handle, Random random) {
        List<Callable<Integer>> storm = new ArrayList<>();
        for (int n = 0; n < EACH / ORDERS_OF_ARRIVAL; n++) {
            String body = MoodyVendor.hook(prefix + "-" + n % EVENTS, handle);
            PaymentHost host = host(random.nextInt(2));
            storm.add(() -> host.hook(body, MoodyVendor.GOOD).status());
        }
        Collections.shuffle(storm, random);
        return storm;
    }

    private int bothWork() {
        left.jobs().run();
        right.jobs().run();
        return 200;
    }

    static Stream<String> nonsense() {
        return Stream.of(
                "",
                "t,v1",
                "bad",
                "v1=",
                "t=,v1=",
                "t=1700000000",
                "t=-1,v1=00",
                "t=9".repeat(5_000),
                "t=99999999999999999999999999,v1=" + "0".repeat(64),
                "t=4102444800,v1=" + "0".repeat(64),
                "é=1");
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void forgedAndMalformedIsTheSendersFault(String signature) {
        String id = left.begin(ana);
        left.jobs().run();
        PaymentHandle handle = vendor.only(id);
        vendor.becomes(handle, PaymentOutcome.succeeded());
        for (String body :
                List.of(
                        MoodyVendor.hook("e", handle),
                        "",
                        "{",
                        "null",
                        "x".repeat(100 << 10),
                        "[".repeat(100 << 10))) {
            assertThat(left.hook(body, signature).status()).isBetween(400, 499);
        }
        assertThat(left.stranger().send("POST", "/hooks/moody", "x").status()).isEqualTo(400);
        assertThat(left.count("SELECT count(*) FROM payment_hooks")).isZero();
        bothWork();
        assertThat(left.balance(ana)).isZero();
    }
}
