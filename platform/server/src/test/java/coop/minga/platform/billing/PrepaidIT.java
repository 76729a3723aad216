package coop.minga.platform.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.catalog.Allowance;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.pricing.LimitPolicy;
import coop.minga.platform.pricing.PriceComponent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Months and years, what is paid once, and what is paid for use. */
class PrepaidIT {

    private final Bench bench = new Bench(Instant.parse("2026-01-31T10:00:00Z"));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void monthsAreCountedFromWhereTheyBeganSoThatNoneIsSkippedOrDoubled() {
        Bench.Machine web = bench.start(bench.customer(10_000), "month", 1_000);
        bench.pass(Duration.ofDays(100), web);

        assertThat(bench.spans(web))
                .containsExactly(
                        "month 2026-01-31 10:00 - 2026-02-28 10:00 1000",
                        "month 2026-02-28 10:00 - 2026-03-31 10:00 1000",
                        "month 2026-03-31 10:00 - 2026-04-30 10:00 1000",
                        "month 2026-04-30 10:00 - 2026-05-31 10:00 1000");
        assertThat(bench.balance(web.owner())).isEqualTo("6000+0");
        assertThat(bench.view(web).expiresAt()).contains(Instant.parse("2026-05-31T10:00:00Z"));
    }

    @Test
    void aLateJobPaysEveryMonthOnceAndASecondRunNone() {
        Bench.Machine web = bench.start(bench.customer(10_000), "month", 1_000);
        bench.clock.forward(Duration.ofDays(65));
        bench.pass(Duration.ZERO, web);
        bench.pass(Duration.ZERO, web);

        assertThat(bench.spans(web)).hasSize(3);
        assertThat(bench.balance(web.owner())).isEqualTo("7000+0");
    }

    @Test
    void aYearThatBeganOnALeapDayRenewsOnTheLastOfFebruary() {
        try (Bench leap = new Bench(Instant.parse("2028-02-29T00:00:00Z"))) {
            Bench.Machine web = leap.start(leap.customer(10_000), "year", 1_000);
            leap.pass(Duration.ofDays(4 * 365 + 1), web);

            assertThat(leap.spans(web))
                    .contains(
                            "year 2028-02-29 00:00 - 2029-02-28 00:00 1000",
                            "year 2031-02-28 00:00 - 2032-02-29 00:00 1000");
        }
    }

    @Test
    void whatIsLeftOfAMonthComesBackWhenItEnds() {
        Bench.Machine web = bench.start(bench.customer(2_800), "month", 2_800);
        bench.clock.forward(Duration.ofDays(7));
        bench.end(web);
        bench.end(web);

        assertThat(bench.balance(web.owner())).isEqualTo("2100+0");
        assertThat(bench.spans(web))
                .containsExactly("month 2026-01-31 10:00 - 2026-02-28 10:00 2800 back 2100");
    }

    @Test
    void aMonthCanBePaidAheadOfItsTime() {
        Bench.Machine web = bench.start(bench.customer(3_000), "month", 1_000);
        bench.db.useTransaction(
                handle -> bench.billing.renew(handle, web.id(), bench.clock.instant()));

        assertThat(bench.view(web).expiresAt()).contains(Instant.parse("2026-03-31T10:00:00Z"));
        bench.end(web);
        assertThat(bench.balance(web.owner())).isEqualTo("3000+0");
    }

    @Test
    void whatIsPaidOnceIsPaidWhenItBeginsAndNotGivenBack() {
        Bench.Customer rosa = bench.customer(2_000);
        Bench.Machine web = bench.order(rosa, "month", 1_000, 500, List.of());
        assertThat(bench.balance(rosa)).isEqualTo("500+1500");
        bench.db.useTransaction(
                handle -> bench.billing.activate(handle, web.id(), bench.clock.instant()));
        assertThat(bench.spans(web))
                .containsExactly(
                        "month 2026-01-31 10:00 - 2026-02-28 10:00 1000",
                        "setup 2026-01-31 10:00 - 2026-01-31 10:00 500");
        bench.end(web);
        assertThat(bench.balance(rosa)).isEqualTo("1500+0");
    }

    @Test
    void whatNeverCameCostsNothingNotEvenWhatIsPaidOnce() {
        Bench.Customer rosa = bench.customer(2_000);
        Bench.Machine web = bench.order(rosa, "hour", 100, 500, List.of());
        bench.db.useTransaction(handle -> bench.billing.abandon(handle, web.id(), "capacity"));

        assertThat(bench.balance(rosa)).isEqualTo("2000+0");
        assertThatThrownBy(() -> bench.order(bench.customer(1_400), "month", 1_000, 500, List.of()))
                .hasMessageContaining("wallet.insufficient-funds");
    }

    @Test
    void useBeyondWhatIsIncludedIsChargedOnceHoweverOftenItIsRead() {
        Bench.Machine web =
                bench.start(
                        bench.customer(5_000),
                        "month",
                        1_000,
                        0,
                        List.of(traffic(100, LimitPolicy.CHARGE)));
        read(web, 60);
        read(web, 130);
        read(web, 130);
        read(web, 155);
        assertThat(bench.balance(web.owner())).isEqualTo((4_000 - 55 * 3) + "+0");

        bench.pass(Duration.ofDays(30), web);
        read(web, 255);
        assertThat(bench.balance(web.owner())).isEqualTo((3_000 - 55 * 3) + "+0");
        // The counter began again: what it shows is what was used since.
        read(web, 10);
        assertThat(bench.balance(web.owner())).isEqualTo((3_000 - 65 * 3) + "+0");
        assertThat(bench.view(web).costSoFar()).isEqualTo(Bench.usd(2_000 + 65 * 3));
    }

    @Test
    void aLimitThatStopsOrThrottlesCostsNothingAndSaysSoOnce() {
        Bench.Machine web =
                bench.start(
                        bench.customer(5_000),
                        "month",
                        1_000,
                        0,
                        List.of(traffic(100, LimitPolicy.STOP)));
        Bench.Machine other =
                bench.start(
                        bench.customer(5_000),
                        "month",
                        1_000,
                        0,
                        List.of(traffic(100, LimitPolicy.THROTTLE)));
        for (long total : List.of(90L, 110L, 120L)) {
            read(web, total);
            read(other, total);
        }

        assertThat(bench.balance(web.owner())).isEqualTo("4000+0");
        assertThat(bench.events.types(web.instance()))
                .containsExactly("billing.charged", "billing.limit");
        assertThat(bench.events.types(other.instance()))
                .containsExactly("billing.charged", "billing.throttle");
    }

    @Test
    void useThatCannotBePaidIsNotForgotten() {
        Bench.Machine web =
                bench.start(
                        bench.customer(1_100),
                        "month",
                        1_000,
                        0,
                        List.of(traffic(0, LimitPolicy.CHARGE)));
        assertThatThrownBy(() -> read(web, 50)).hasMessageContaining("wallet.insufficient-funds");
        bench.topUp(web.owner(), 1_000);
        read(web, 60);

        assertThat(bench.balance(web.owner())).isEqualTo((1_100 - 180) + "+0");
    }

    private void read(Bench.Machine machine, long total) {
        bench.clock.forward(Duration.ofMinutes(1));
        bench.db.useTransaction(handle ->
                bench.billing.used(handle, machine.id(), "traffic", total, bench.clock.instant()));
    }

    /** Three cents the unit. */
    private Price traffic(long included, LimitPolicy atLimit) {
        return new Price(
                bench.ids.next(),
                new PriceComponent.Usage("traffic"),
                Bench.usd(3),
                new Allowance("GB", included, 1, atLimit),
                bench.clock.instant());
    }
}
