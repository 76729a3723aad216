package coop.minga.platform.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Renewals that are not paid in time. */
class DunningIT {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant OVER = Instant.parse("2026-04-01T00:00:00Z");

    private final List<SavedMethods.Demand> demands = new ArrayList<>();
    private final Bench bench = new Bench(START, (handle, demand) -> demands.add(demand));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void whoCannotPayIsRemindedTriedFourTimesAndStoppedOnTheSeventhDay() {
        Bench.Machine web = bench.start(bench.customer(1_300), "month", 1_000);
        List<String> story = new ArrayList<>();
        for (int day = 1; day <= 45; day++) {
            bench.pass(Duration.ofDays(1), web);
            long told = bench.events.types(web.instance()).size();
            story.add(day + " " + bench.view(web).state().id() + " " + told);
        }

        assertThat(bench.events.types(web.instance()))
                .startsWith(
                        "billing.charged",
                        "billing.renews-soon",
                        "billing.past-due",
                        "billing.past-due",
                        "billing.past-due",
                        "billing.past-due",
                        "billing.suspended");
        assertThat(story)
                .contains(
                        "28 active 2",
                        "30 active 2",
                        "31 past_due 3",
                        "32 past_due 4",
                        "33 past_due 5",
                        "35 past_due 6",
                        "37 past_due 6",
                        "38 suspended 7",
                        "45 suspended 7");
        assertThat(bench.balance(web.owner())).isEqualTo("300+0");
        assertThat(demands).hasSize(4);
        assertThat(demands.getFirst().amount()).isEqualTo(Bench.usd(700));
        assertThat(demands.stream().map(SavedMethods.Demand::id)).doesNotHaveDuplicates();
    }

    @Test
    void moneyThatComesInPaysTheSameAnchoredPeriodAndLiftsTheSuspension() {
        Bench.Machine web = bench.start(bench.customer(1_000), "month", 1_000);
        bench.pass(Duration.ofDays(39), web);
        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.SUSPENDED);

        bench.topUp(web.owner(), 999);
        retry(web);
        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.SUSPENDED);
        bench.topUp(web.owner(), 1);
        retry(web);
        retry(web);

        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.ACTIVE);
        assertThat(bench.spans(web).getLast())
                .isEqualTo("month 2026-04-01 00:00 - 2026-05-01 00:00 1000");
        assertThat(bench.events.types(web.instance()).getLast()).isEqualTo("billing.paid");
        assertThat(bench.balance(web.owner())).isEqualTo("0+0");
    }

    @Test
    void aPeriodThatPassedWhileItWasStoppedIsNotCharged() {
        Bench.Machine web = bench.start(bench.customer(1_000), "month", 1_000);
        bench.pass(Duration.ofDays(75), web);
        bench.topUp(web.owner(), 1_000);
        retry(web);

        assertThat(bench.spans(web).getLast())
                .isEqualTo("month 2026-05-15 00:00 - 2026-06-15 00:00 1000");
    }

    @Test
    void withoutASnapshotNothingIsDestroyedUnlessTheOperatorSaysSo() {
        Bench.Machine web = bench.start(bench.customer(1_000), "month", 1_000);
        bench.clock.forward(Duration.between(START, OVER.plus(Duration.ofDays(35))));
        bench.pass(Duration.ZERO, web);
        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.SUSPENDED);
        bench.pass(Duration.ZERO, web);
        assertThat(bench.events.types(web.instance())).endsWith("billing.lapsed");
        assertThat(lapse(web)).isFalse();

        allowDestruction();
        assertThat(lapse(web)).isTrue();
        assertThat(lapse(web)).isFalse();
        bench.topUp(web.owner(), 5_000);
        retry(web);
        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.EXPIRED);
        bench.end(web);
        assertThat(bench.balance(web.owner())).isEqualTo("5000+0");
    }

    @Test
    void nothingIsDestroyedBeforeItsTime() {
        allowDestruction();
        Bench.Machine web = bench.start(bench.customer(1_000), "month", 1_000);
        bench.pass(Duration.ofDays(31 + 34), web);
        assertThat(lapse(web)).isFalse();
        assertThat(bench.events.types(web.instance())).doesNotContain("billing.lapsed");
    }

    @Test
    void aPaymentAndADestructionThatMeetNeverDestroyWhatWasPaid() throws Exception {
        allowDestruction();
        List<Bench.Machine> machines = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            machines.add(bench.start(bench.customer(1_000), "month", 1_000));
        }
        bench.clock.forward(Duration.ofDays(31 + 40));
        bench.pass(Duration.ZERO, machines.toArray(Bench.Machine[]::new));
        List<Callable<Boolean>> work = new ArrayList<>();
        for (Bench.Machine machine : machines) {
            bench.topUp(machine.owner(), 1_000);
            work.add(() -> {
                retry(machine);
                return false;
            });
            work.add(() -> lapse(machine));
        }
        List<Boolean> destroyed = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> done : threads.invokeAll(work)) {
                destroyed.add(done.get());
            }
        }

        for (int i = 0; i < machines.size(); i++) {
            boolean gone = destroyed.get(2 * i + 1);
            Bench.Machine machine = machines.get(i);
            assertThat(bench.view(machine).state())
                    .isEqualTo(gone ? SubscriptionState.EXPIRED : SubscriptionState.ACTIVE);
            assertThat(bench.balance(machine.owner())).isEqualTo(gone ? "1000+0" : "0+0");
        }
    }

    @Test
    void operatorsEditThePolicyAndOnlyInOrder() {
        AuditLog audit = new AuditLog(bench.db, bench.clock, bench.ids);
        try (TestHttp http =
                TestHttp.serving(
                        bench.db, new PolicyRoutes(new Policies(bench.db, audit, bench.clock)))) {
            TestClient admin = http.client(http.signIn(Role.ADMIN));
            String path = "/api/v1/admin/billing/dunning";
            TestClient.Answer standard = admin.get(path);
            assertThat(standard.headers()).containsEntry("etag", "\"0\"");
            assertThat(standard.json().at("/retry_days").toString()).isEqualTo("[1,2,4,7]");

            Map<String, Object> wanted =
                    Map.of(
                            "remind_days_before", 5,
                            "retry_days", List.of(1, 3),
                            "suspend_days", 4,
                            "destroy_days", 10,
                            "restore_days", 0,
                            "destroy_without_snapshot", true);
            TestClient.Answer changed = admin.header("If-Match", "\"0\"").put(path, wanted);
            assertThat(changed.status()).as(changed.text()).isEqualTo(200);
            assertThat(admin.header("If-Match", "\"0\"").put(path, wanted).status()).isEqualTo(412);
            TestClient.Answer wrong =
                    admin.header("If-Match", "\"1\"")
                            .put(
                                    path,
                                    Map.of(
                                            "remind_days_before", 5,
                                            "retry_days", List.of(3, 1),
                                            "suspend_days", 4,
                                            "destroy_days", 10,
                                            "restore_days", 0,
                                            "destroy_without_snapshot", true));
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(http.client(http.signIn(Role.CUSTOMER)).get(path).status()).isEqualTo(403);
        }
        Bench.Machine web = bench.start(bench.customer(1_000), "month", 1_000);
        bench.pass(Duration.ofDays(31 + 4), web);
        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.SUSPENDED);
        bench.pass(Duration.ofDays(6), web);
        assertThat(lapse(web)).isTrue();
    }

    @Test
    void anOverdueMachineIsPaidForByRenewingItByHand() {
        Bench.Machine web = bench.start(bench.customer(1_000), "month", 1_000);
        bench.pass(Duration.ofDays(33), web);
        assertThatThrownBy(() -> renew(web)).hasMessageContaining("wallet.insufficient-funds");
        bench.topUp(web.owner(), 1_000);
        renew(web);
        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.ACTIVE);
        bench.pass(Duration.ofDays(10), web);
        assertThat(bench.view(web).state()).isEqualTo(SubscriptionState.ACTIVE);
    }

    private void renew(Bench.Machine machine) {
        bench.db.useTransaction(
                handle -> bench.billing.renew(handle, machine.id(), bench.clock.instant()));
    }

    private void retry(Bench.Machine machine) {
        bench.db.useTransaction(handle -> bench.billing.retry(handle, machine.id()));
    }

    private boolean lapse(Bench.Machine machine) {
        return bench.db.inTransaction(handle -> bench.billing.lapse(handle, machine.id()));
    }

    private void allowDestruction() {
        allowDestruction(bench);
    }

    static void allowDestruction(Bench bench) {
        DunningPolicy standard = DunningPolicy.STANDARD;
        DunningPolicy allowed =
                new DunningPolicy(
                        standard.remindDaysBefore(),
                        standard.retryDays(),
                        standard.suspendDays(),
                        standard.destroyDays(),
                        standard.restoreDays(),
                        true);
        bench.db.useTransaction(handle ->
                new PolicyStore()
                        .save(
                                handle,
                                "dunning",
                                coop.minga.platform.http.Json.write(allowed),
                                0,
                                bench.clock.instant()));
    }
}
