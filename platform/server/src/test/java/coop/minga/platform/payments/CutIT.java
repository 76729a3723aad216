package coop.minga.platform.payments;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Principal;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The process ends at every step between a provider's success and our commit; the next one on the
 * same database comes to one effect. Each scenario is run again and again, ended one step later
 * each time, until it passes whole.
 */
class CutIT {

    private static final int NEVER = Integer.MAX_VALUE;

    private static TestDatabase database;

    private final MovableClock clock = MovableClock.at("2026-11-20T10:00:00Z");
    private final MoodyVendor vendor = new MoodyVendor();
    private final Set<String> cutAt = new TreeSet<>();
    private HeldJobs jobs = new HeldJobs();
    private Random random = new Random(0);
    private PaymentHost host;
    private int left;
    private int passed;
    private boolean died;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.create();
    }

    @AfterAll
    static void dropDatabase() {
        database.close();
    }

    @BeforeEach
    void clear() {
        database.db()
                .useTransaction(
                        handle -> handle.execute("TRUNCATE payments, payment_hooks CASCADE"));
    }

    private CrashPoint cutter() {
        return point -> {
            passed++;
            if (--left == 0) {
                cutAt.add(point);
                throw new HeldJobs.Cut(point);
            }
        };
    }

    private void start() {
        host = new PaymentHost(database, vendor, jobs, clock, cutter());
    }

    /** Lets the host work; where it is cut off, the next one goes on. */
    private void work() {
        try {
            jobs.runShuffled(random);
        } catch (HeldJobs.Cut e) {
            died = true;
            host.close();
            start();
            jobs.runShuffled(random);
        }
    }

    /** What is asked for by itself when nobody says anything. */
    private void wait(Duration time) {
        clock.move(time);
        try {
            host.janitor(clock);
        } catch (HeldJobs.Cut e) {
            died = true;
            host.close();
            start();
            host.janitor(clock);
        }
        work();
    }

    @ParameterizedTest
    @CsvSource({
        "charge, 1", "charge, 2", "charge, 3",
        "authorize, 1", "authorize, 2", "authorize, 3",
        "hook, 1", "hook, 2", "hook, 3",
        "refund, 1", "refund, 2", "refund, 3"
    })
    void cutAnywhereComesToOneEffect(String scenario, long seed) {
        random = new Random(seed);
        for (int at = 1; ; at++) {
            died = false;
            passed = 0;
            left = at;
            jobs = new HeldJobs();
            start();
            Principal ana = PaymentHost.customer("en");
            String id = host.begin(ana);
            play(scenario, id);
            String as = scenario + " seed " + seed + " cut at passage " + at + " " + cutAt;
            PaymentHandle handle = vendor.only(id);
            boolean refunds = scenario.equals("refund");
            assertThat(host.balance(ana)).as(as).isEqualTo(refunds ? 834 : 1234);
            assertThat(vendor.refunded(handle))
                    .as(as)
                    .isEqualTo(Money.of(refunds ? 400 : 0, Asset.USD));
            assertThat(
                            host.texts(
                                    "SELECT state FROM payments WHERE id = '"
                                            + PaymentId.parse(id).value()
                                            + "'"))
                    .as(as)
                    .containsExactly("succeeded");
            host.booksMustBalance();
            host.close();
            if (!died) {
                assertThat(passed).as("steps of %s", scenario).isGreaterThan(7);
                assertThat(cutAt).hasSizeGreaterThan(7);
                return;
            }
        }
    }

    private void play(String scenario, String id) {
        work();
        PaymentHandle handle = vendor.only(id);
        vendor.becomes(
                handle,
                scenario.equals("authorize")
                        ? PaymentOutcome.authorized()
                        : PaymentOutcome.succeeded());
        if (scenario.equals("hook")) {
            host.hook(MoodyVendor.hook("e-" + id, handle), MoodyVendor.GOOD);
            work();
        }
        wait(Duration.ofMinutes(1));
        wait(Duration.ofMinutes(5));
        if (scenario.equals("refund")) {
            assertThat(
                            host.admin()
                                    .once()
                                    .post(
                                            "/api/v1/admin/payments/" + id + "/refunds",
                                            Map.of("amount_minor", 400, "reason", "Asked for"))
                                    .status())
                    .isEqualTo(202);
            work();
            wait(Duration.ofMinutes(1));
            wait(Duration.ofMinutes(5));
        }
        left = NEVER;
    }
}
