package coop.minga.platform.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.TurnedClock;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.PlanView;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.wallet.Bucket;
import coop.minga.platform.wallet.WalletConfig;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Slots and hours, on a real database with a clock the test turns. */
class BillingIT {

    private static final Instant START = Instant.parse("2026-03-29T00:30:00Z");

    private static TestDatabase database;
    private static Db db;

    private final TurnedClock clock = new TurnedClock(START);
    private final Ids ids = new Ids(clock, new SecureRandom());
    private final WrittenJobs jobs = new WrittenJobs();
    private final WrittenEvents events = new WrittenEvents();
    private final Ledger ledger = new Ledger(clock);
    private final Catalog catalog = new Catalog(ids, events, clock);
    private WalletService wallet;
    private BillingService billing;
    private TeamId team;

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
        db = database.db();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void aTeamWithCoins() {
        fund(10_000);
    }

    private void fund(long coins) {
        wallet = new WalletService(ledger, ids, new WalletConfig(new Money(coins, Asset.COIN)));
        billing = new BillingService(wallet, jobs, events, ids, clock);
        team = new TeamId(ids.next());
        db.useTransaction(handle -> {
            catalog.seedSandbox(handle);
            wallet.grantWelcome(handle, new AccountId(ids.next()), team);
        });
    }

    @Test
    void anHourIsHeldAheadAndOnlyTheUsedSecondsAreTaken() {
        Started s = start("hour");
        assertThat(coins()).isEqualTo("9900+100");

        clock.forward(Duration.ofSeconds(1_800));
        db.useTransaction(handle -> billing.pause(handle, s.id(), clock.instant()));

        assertThat(coins()).isEqualTo("9950+0");
        assertThat(view(s).costSoFar().minor()).isEqualTo(50);
        assertThat(view(s).metering()).isFalse();
    }

    @Test
    void everyHourIsChargedOnceHoweverOftenTheJobRuns() {
        Started s = start("hour");
        clock.forward(Duration.ofHours(1));

        for (int i = 0; i < 5; i++) {
            settle(s);
        }

        assertThat(coins()).isEqualTo("9800+100");
        assertThat(view(s).costSoFar().minor()).isEqualTo(100);
    }

    @Test
    void aLateJobChargesEveryHourInBetweenAndNoneTwice() {
        Started s = start("hour");
        clock.forward(Duration.ofHours(30).plusMinutes(30));

        while (settle(s).isBefore(clock.instant())) {
            // It comes again while hours are left.
        }
        clock.back(Duration.ofHours(5));
        settle(s);
        clock.forward(Duration.ofHours(5));
        db.useTransaction(handle -> billing.end(handle, s.id(), clock.instant(), "deleted"));

        assertThat(coins()).isEqualTo((10_000 - 3_050) + "+0");
        assertThat(view(s).costSoFar().minor()).isEqualTo(3_050);
        assertThat(view(s).state()).isEqualTo(SubscriptionState.CANCELLED);
    }

    @Test
    void pausedTimeIsNotCharged() {
        Started s = start("hour");
        clock.forward(Duration.ofMinutes(6));
        db.useTransaction(handle -> billing.pause(handle, s.id(), clock.instant()));
        clock.forward(Duration.ofDays(3));
        db.useTransaction(handle -> billing.resume(handle, s.id(), clock.instant()));
        clock.forward(Duration.ofMinutes(6));
        db.useTransaction(handle -> billing.end(handle, s.id(), clock.instant(), "deleted"));

        assertThat(coins()).isEqualTo("9980+0");
    }

    @Test
    void aClockThatStepsBackChargesNoSecondTwice() {
        Started s = start("hour");
        clock.forward(Duration.ofMinutes(30));
        db.useTransaction(handle -> billing.pause(handle, s.id(), clock.instant()));
        clock.back(Duration.ofMinutes(30));
        db.useTransaction(handle -> billing.resume(handle, s.id(), clock.instant()));
        clock.forward(Duration.ofMinutes(30));
        db.useTransaction(handle -> billing.end(handle, s.id(), clock.instant(), "deleted"));

        assertThat(coins()).isEqualTo("9950+0");
    }

    @Test
    void whenTheNextHourCannotBeHeldTheMeterStopsAndSaysSo() {
        fund(250);
        Started s = start("hour");
        clock.forward(Duration.ofHours(2));
        settle(s);

        assertThat(coins()).isEqualTo("50+0");
        assertThat(view(s).state()).isEqualTo(SubscriptionState.SUSPENDED);
        assertThat(events.types(s.instance())).containsExactly("billing.exhausted");
        assertThatThrownBy(() ->
                        db.useTransaction(
                                handle -> billing.resume(handle, s.id(), clock.instant())))
                .hasMessageContaining("wallet.insufficient-funds");
    }

    @Test
    void aSlotIsPaidWholeAndItsUnusedPartComesBack() {
        Started s = start("slot24h");
        assertThat(coins()).isEqualTo("9000+0");
        assertThat(view(s).expiresAt()).contains(START.plus(Duration.ofHours(24)));

        clock.forward(Duration.ofHours(6));
        db.useTransaction(handle -> billing.end(handle, s.id(), clock.instant(), "deleted"));
        db.useTransaction(handle -> billing.end(handle, s.id(), clock.instant(), "deleted"));

        assertThat(coins()).isEqualTo("9750+0");
        assertThat(view(s).costSoFar().minor()).isEqualTo(250);
    }

    @Test
    void aRenewedSlotFollowsTheRunningOneAndIsRefundedWhole() {
        Started s = start("slot24h");
        clock.forward(Duration.ofHours(12));
        db.useTransaction(handle -> billing.renew(handle, s.id(), clock.instant()));

        assertThat(coins()).isEqualTo("8000+0");
        assertThat(view(s).expiresAt()).contains(START.plus(Duration.ofHours(48)));
        db.useTransaction(handle -> billing.end(handle, s.id(), clock.instant(), "deleted"));
        assertThat(coins()).isEqualTo("9500+0");
    }

    @Test
    void aSlotEndsByItselfAndCanBeBoughtAgain() {
        Started s = start("slot24h");
        clock.forward(Duration.ofHours(25));
        settle(s);

        assertThat(view(s).state()).isEqualTo(SubscriptionState.EXPIRED);
        assertThat(events.types(s.instance()))
                .containsExactly("billing.charged", "billing.expired");

        db.useTransaction(handle -> billing.renew(handle, s.id(), clock.instant()));
        assertThat(view(s).state()).isEqualTo(SubscriptionState.ACTIVE);
        assertThat(view(s).expiresAt()).contains(START.plus(Duration.ofHours(49)));
        assertThat(coins()).isEqualTo("8000+0");
    }

    @Test
    void whatNeverCameCostsNothing() {
        Started s = open("slot24h");
        assertThat(coins()).isEqualTo("9000+1000");

        db.useTransaction(handle -> billing.abandon(handle, s.id(), "capacity"));
        db.useTransaction(handle -> billing.abandon(handle, s.id(), "capacity"));

        assertThat(coins()).isEqualTo("10000+0");
        assertThat(view(s).state()).isEqualTo(SubscriptionState.CANCELLED);
        assertThatThrownBy(() ->
                        db.useTransaction(
                                handle -> billing.activate(handle, s.id(), clock.instant())))
                .hasMessageContaining("billing.ended");
    }

    @Test
    void aHundredTurnsOfStopAndStartInParallelChargeTheSameSecondsOnce() throws Exception {
        Started s = start("hour");
        clock.forward(Duration.ofMinutes(30));
        List<Callable<Object>> work = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            work.add(() -> {
                db.useTransaction(h -> billing.pause(h, s.id(), clock.instant()));
                return true;
            });
            work.add(() -> {
                db.useTransaction(h -> billing.resume(h, s.id(), clock.instant()));
                return true;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Object> done : threads.invokeAll(work)) {
                done.get();
            }
        }
        db.useTransaction(handle -> billing.end(handle, s.id(), clock.instant(), "deleted"));

        assertThat(coins()).isEqualTo("9950+0");
    }

    @Test
    void theNextJobIsWrittenForTheMomentItIsDue() {
        Started s = start("hour");

        assertThat(jobs.due(s.id())).contains(START.plus(Duration.ofHours(1)));
    }

    @Test
    void sweepingFindsWhatALostJobLeftBehind() {
        Started s = start("hour");
        jobs.forget(s.id());
        clock.forward(Duration.ofHours(1));

        db.useTransaction(handle -> billing.sweep(handle, 10_000));

        assertThat(jobs.due(s.id())).isPresent();
    }

    // ------------------------------------------------------------------ shorthand

    private record Started(SubscriptionId id, InstanceId instance) {}

    private Started open(String component) {
        InstanceId instance = new InstanceId(ids.next());
        SubscriptionId id =
                db.inTransaction(handle -> {
                    PlanView plan = catalog.planByCode(handle, "s").orElseThrow();
                    return billing.open(
                            handle,
                            new OpenSubscription(
                                    team,
                                    new AccountId(ids.next()),
                                    new OrderId(ids.next()),
                                    instance,
                                    plan.plan().id(),
                                    PriceComponent.base(component).orElseThrow(),
                                    plan.plan().refundRule(),
                                    plan.price(component).orElseThrow().amount()));
                });
        return new Started(id, instance);
    }

    private Started start(String component) {
        Started s = open(component);
        db.useTransaction(handle -> billing.activate(handle, s.id(), clock.instant()));
        return s;
    }

    private Instant settle(Started s) {
        return db.inTransaction(handle -> billing.settle(handle, s.id())).orElse(Instant.MAX);
    }

    private SubscriptionView view(Started s) {
        return db.read(handle -> billing.ofInstance(handle, s.instance())).orElseThrow();
    }

    /** Available and held promo coins, in minor units. */
    private String coins() {
        return db.read(handle -> wallet.balances(handle, team)).stream()
                .filter(bucket -> bucket.bucket() == Bucket.PROMO)
                .map(bucket ->
                        bucket.balance().available().minor()
                                + "+"
                                + bucket.balance().held().minor())
                .findFirst()
                .orElseThrow();
    }
}
