package coop.minga.platform.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Text;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Upgrades, downgrades and other prices in the middle of a paid period. */
class PlanChangeIT {

    private final Bench bench = new Bench(Instant.parse("2026-04-01T00:00:00Z"));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void anUpgradeTakesTheDifferenceForTheRestOfThePeriod() {
        Bench.Machine web = bench.start(bench.customer(12_000), "month", 3_000);
        bench.clock.forward(Duration.ofDays(10));
        PlanChange planned = planned(web, wanted("m", "month", 6_000));
        assertThat(bench.balance(web.owner())).isEqualTo("9000+0");

        PlanChange done = change(web, wanted("m", "month", 6_000));

        assertThat(done).isEqualTo(planned);
        assertThat(done.credit()).isEqualTo(Bench.usd(2_000));
        assertThat(done.charge()).isEqualTo(Bench.usd(4_000));
        assertThat(bench.balance(web.owner())).isEqualTo("7000+0");
        assertThat(bench.spans(web))
                .containsExactly(
                        "month 2026-04-01 00:00 - 2026-04-11 00:00 3000 back 2000",
                        "month 2026-04-11 00:00 - 2026-05-01 00:00 4000");
        bench.pass(Duration.ofDays(25), web);
        assertThat(bench.spans(web).getLast())
                .isEqualTo("month 2026-05-01 00:00 - 2026-06-01 00:00 6000");
        assertThat(bench.view(web).plan()).isEqualTo(bench.plan("m").plan().id());
    }

    @Test
    void aDowngradeGivesBackAndALaterEndOnlyWhatIsLeft() {
        Bench.Machine web = bench.start(bench.customer(6_000), "month", 6_000);
        bench.clock.forward(Duration.ofDays(15));
        PlanChange done = change(web, wanted("s", "month", 3_000));
        assertThat(done.due()).isEqualTo(Bench.usd(-1_500));
        assertThat(bench.balance(web.owner())).isEqualTo("1500+0");

        bench.clock.forward(Duration.ofDays(5));
        bench.end(web);
        assertThat(bench.balance(web.owner())).isEqualTo("2500+0");
        assertThat(bench.view(web).costSoFar()).isEqualTo(Bench.usd(3_500));
    }

    @Test
    void hoursBecomeAMonthAndAMonthAYear() {
        Bench.Machine web = bench.start(bench.customer(50_000), "hour", 360);
        bench.clock.forward(Duration.ofMinutes(90));
        PlanChange toMonth = change(web, wanted("s", "month", 3_000));
        assertThat(toMonth.metered()).isEqualTo(Bench.usd(540));
        assertThat(bench.balance(web.owner())).isEqualTo((50_000 - 540 - 3_000) + "+0");

        bench.clock.forward(Duration.ofDays(15));
        PlanChange toYear = change(web, wanted("s", "year", 30_000));
        assertThat(toYear.credit()).isEqualTo(Bench.usd(1_500));
        assertThat(toYear.nextAt()).isEqualTo(Instant.parse("2027-04-16T01:30:00Z"));
        assertThat(bench.balance(web.owner())).isEqualTo((50_000 - 540 - 1_500 - 30_000) + "+0");

        change(web, wanted("s", "hour", 360));
        assertThat(bench.balance(web.owner())).isEqualTo((50_000 - 540 - 1_500 - 360) + "+360");
        assertThat(bench.jobs.due(web.id())).contains(bench.clock.instant().plusSeconds(3_600));
    }

    @Test
    void aMachineThatIsStoppedPaysNoHoursWhenItChangesToThem() {
        Bench.Machine web = bench.start(bench.customer(3_000), "month", 3_000);
        bench.clock.forward(Duration.ofDays(15));
        bench.db.useTransaction(
                handle -> bench.billing.pause(handle, web.id(), bench.clock.instant()));
        change(web, wanted("s", "hour", 100));

        assertThat(bench.balance(web.owner())).isEqualTo("1500+0");
        assertThat(bench.view(web).metering()).isFalse();
        bench.db.useTransaction(
                handle -> bench.billing.resume(handle, web.id(), bench.clock.instant()));
        assertThat(bench.balance(web.owner())).isEqualTo("1400+100");
    }

    @Test
    void monthsPaidAheadChangeToo() {
        Bench.Machine web = bench.start(bench.customer(10_000), "month", 3_000);
        bench.db.useTransaction(
                handle -> bench.billing.renew(handle, web.id(), bench.clock.instant()));
        PlanChange done = change(web, wanted("m", "month", 4_000));

        assertThat(done.credit()).isEqualTo(Bench.usd(6_000));
        assertThat(done.charge()).isEqualTo(Bench.usd(8_000));
        assertThat(bench.balance(web.owner())).isEqualTo("2000+0");
        bench.end(web);
        assertThat(bench.balance(web.owner())).isEqualTo("10000+0");
    }

    @Test
    void whoCannotPayAnUpgradeKeepsWhatTheyHave() {
        Bench.Machine web = bench.start(bench.customer(3_000), "month", 3_000);
        bench.clock.forward(Duration.ofDays(10));
        assertThatThrownBy(() -> change(web, wanted("m", "month", 6_000)))
                .hasMessageContaining("wallet.insufficient-funds");

        assertThat(bench.spans(web))
                .containsExactly("month 2026-04-01 00:00 - 2026-05-01 00:00 3000");
        assertThat(bench.balance(web.owner())).isEqualTo("0+0");
    }

    @Test
    void whatIsNotPaidCannotBeChanged() {
        Bench.Machine web = bench.start(bench.customer(3_000), "month", 3_000);
        bench.pass(Duration.ofDays(31), web);
        assertThatThrownBy(() -> planned(web, wanted("s", "year", 30_000)))
                .hasMessageContaining("billing.not-changeable");
    }

    /** The seed is in the name of the failure. */
    @RepeatedTest(8)
    void whateverIsDoneTheDryRunIsWhatIsBookedAndAllSumsUp() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Bench.Customer rosa = bench.customer(1_000_000);
        Bench.Machine web = bench.start(rosa, "month", 1 + random.nextLong(10_000));
        for (int i = 0; i < 10; i++) {
            bench.pass(Duration.ofSeconds(random.nextLong(40 * 86_400)), web);
            String component = List.of("month", "year", "hour").get(random.nextInt(3));
            PlanChanges.Wanted wanted =
                    wanted(
                            random.nextBoolean() ? "s" : "m",
                            component,
                            component.equals("hour")
                                    ? 1 + random.nextLong(20)
                                    : 1 + random.nextLong(20_000));
            PlanChange planned = planned(web, wanted);
            long before = spent(web);
            change(web, wanted);
            assertThat(spent(web) - before)
                    .as("seed %d, turn %d", seed, i)
                    .isEqualTo(planned.due().minor() + planned.metered().minor());
        }
        bench.end(web);
        assertThat(bench.balance(rosa))
                .as("seed %d", seed)
                .isEqualTo((1_000_000 - spent(web)) + "+0");
    }

    /** What was booked: charged less given back. */
    private long spent(Bench.Machine machine) {
        return bench.db.read(handle -> new BillingStore().charged(handle, machine.id()));
    }

    private PlanChanges.Wanted wanted(String plan, String component, long price) {
        return new PlanChanges.Wanted(
                bench.plan(plan).plan().id(),
                plan,
                Text.of(plan),
                RefundRule.PRORATED,
                PriceComponent.base(component).orElseThrow(),
                Bench.usd(price),
                List.of());
    }

    private PlanChange planned(Bench.Machine machine, PlanChanges.Wanted wanted) {
        return bench.db.inTransaction(
                handle -> bench.billing.plannedChange(handle, machine.id(), wanted));
    }

    private PlanChange change(Bench.Machine machine, PlanChanges.Wanted wanted) {
        return bench.db.inTransaction(handle -> bench.billing.change(handle, machine.id(), wanted));
    }
}
