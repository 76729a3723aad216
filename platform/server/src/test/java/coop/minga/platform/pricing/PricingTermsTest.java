package coop.minga.platform.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The named cases, with their numbers. */
class PricingTermsTest {

    private static final Asset YEN = new Asset("JPY", 0);
    private static final Asset DINAR = new Asset("BHD", 3);

    @Test
    void theLastOfJanuaryLeadsToTheLastOfFebruaryAndBackToThe31st() {
        Anchor monthly = monthly("2026-01-31T10:00:00Z");

        assertThat(List.of(monthly.period(0), monthly.period(1), monthly.period(2)))
                .extracting(Anchor.Period::to)
                .containsExactly(
                        Instant.parse("2026-02-28T10:00:00Z"),
                        Instant.parse("2026-03-31T10:00:00Z"),
                        Instant.parse("2026-04-30T10:00:00Z"));
    }

    @Test
    void the29thOfFebruaryComesBackInEveryLeapYear() {
        Anchor yearly =
                new Anchor(
                        Instant.parse("2024-02-29T00:00:00Z"), ChronoUnit.YEARS, 1, ZoneOffset.UTC);

        assertThat(List.of(0L, 1L, 3L))
                .extracting(n -> yearly.period(n).to())
                .containsExactly(
                        Instant.parse("2025-02-28T00:00:00Z"),
                        Instant.parse("2026-02-28T00:00:00Z"),
                        Instant.parse("2028-02-29T00:00:00Z"));
    }

    @Test
    void aMonthAcrossTheChangeOfClocksHasAnHourLessOrMore() {
        ZoneId madrid = ZoneId.of("Europe/Madrid");
        Anchor march =
                new Anchor(Instant.parse("2026-02-28T23:00:00Z"), ChronoUnit.MONTHS, 1, madrid);

        assertThat(march.period(0).seconds()).isEqualTo((31 * 24 - 1) * 3_600L);
        assertThat(march.period(7).seconds()).isEqualTo((31 * 24 + 1) * 3_600L);
    }

    @Test
    void anUpgradeHalfwayCreditsHalfOfTheOldAndChargesHalfOfTheNew() {
        Anchor.Period april = monthly("2026-04-01T00:00:00Z").period(0);

        Proration upgrade =
                Proration.change(
                        april, usd(1_001), usd(3_000), Instant.parse("2026-04-16T00:00:00Z"));

        // 5.005 is used, rounded half up; credit and used still sum to 10.01.
        assertThat(upgrade).isEqualTo(new Proration(usd(501), usd(500), usd(1_500)));
        assertThat(upgrade.due()).isEqualTo(usd(1_000));
    }

    @Test
    void ecuadorTaxesByTheDayOfTheDocument() {
        TaxTable table =
                new TaxTable(
                        List.of(
                                iva(12, LocalDate.of(2017, 6, 1), LocalDate.of(2024, 4, 1)),
                                iva(15, LocalDate.of(2024, 4, 1), null)));

        assertThat(table.find("EC", "standard", LocalDate.of(2024, 3, 31)))
                .get()
                .extracting(TaxRate::percent)
                .isEqualTo(Percent.of(12));
        assertThat(table.find("EC", "standard", LocalDate.of(2024, 4, 1)))
                .get()
                .extracting(TaxRate::percent)
                .isEqualTo(Percent.of(15));
        assertThat(table.find("EC", "books", LocalDate.of(2024, 4, 1))).isEmpty();
        assertThat(table.find("PE", "standard", LocalDate.of(2024, 4, 1))).isEmpty();
        assertThatThrownBy(() ->
                        new TaxTable(
                                List.of(
                                        iva(12, LocalDate.of(2017, 6, 1), null),
                                        iva(15, LocalDate.of(2024, 4, 1), null))))
                .hasMessageContaining("Two rates apply at once");
    }

    @Test
    void aPriceWithTaxInItIsTakenApartToTheCent() {
        Tax.Result inclusive =
                Tax.of(
                        Asset.USD,
                        List.of(
                                new Tax.Item(usd(999), Percent.of(15)),
                                new Tax.Item(usd(1), Percent.of(15)),
                                new Tax.Item(usd(500), Percent.ZERO)),
                        Tax.Prices.INCLUSIVE);

        assertThat(inclusive.total()).isEqualTo(new Tax.Taxed(usd(1_370), usd(130)));
        assertThat(inclusive.byRate())
                .containsEntry(Percent.of(15), new Tax.Taxed(usd(870), usd(130)))
                .containsEntry(Percent.ZERO, new Tax.Taxed(usd(500), usd(0)));
        assertThat(
                        Tax.of(
                                        Asset.USD,
                                        List.of(new Tax.Item(usd(1_000), Percent.of(15))),
                                        Tax.Prices.EXCLUSIVE)
                                .total()
                                .gross())
                .isEqualTo(usd(1_150));
    }

    @Test
    void chargesAndCreditsAreNotTaxedTogether() {
        List<Tax.Item> items =
                List.of(
                        new Tax.Item(usd(100), Percent.of(15)),
                        new Tax.Item(usd(-50), Percent.of(15)));

        assertThatThrownBy(() -> Tax.of(Asset.USD, items, Tax.Prices.INCLUSIVE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void assetsOfOtherScalesAreConvertedByTheirScales() {
        Instant at = Instant.parse("2026-04-16T00:00:00Z");
        ExchangeRate yen = new ExchangeRate(Asset.USD, YEN, new BigDecimal("154.325"), "ECB", at);
        ExchangeRate dinar = new ExchangeRate(Asset.USD, DINAR, new BigDecimal("0.376"), "CBB", at);

        assertThat(yen.convert(usd(1_000))).isEqualTo(new Money(1_543, YEN));
        assertThat(dinar.convert(usd(1_000))).isEqualTo(new Money(3_760, DINAR));
        assertThat(yen.convertParts(List.of(usd(333), usd(333), usd(334))))
                .extracting(Money::minor)
                .containsExactly(514L, 514L, 515L);
        assertThatThrownBy(() -> yen.convert(new Money(1, YEN)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void useBeyondWhatIsIncludedIsPaidByTheUnit() {
        UsageTerms traffic = new UsageTerms("traffic", "GB", 1_000, usd(50), 100);

        assertThat(traffic.charge(1_000).amount()).isEqualTo(usd(0));
        assertThat(traffic.charge(1_250)).isEqualTo(new UsageTerms.Charge(1_250, 250, usd(125)));
        assertThat(traffic.between(900, 1_100).billable()).isEqualTo(100);
        assertThatThrownBy(() -> traffic.between(2, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void payingAheadIsRewardedFromTheThirdMonthOn() {
        assertThat(List.of(0, 2, 3, 6, 12, 35, 36, 400))
                .extracting(months ->
                        RunwayDiscount.STANDARD
                                .reached(usd(months * 1_000L), usd(1_000))
                                .percent()
                                .toString())
                .containsExactly("0", "0", "20", "30", "40", "40", "60", "60");
        assertThat(RunwayDiscount.apply(usd(999), new RunwayDiscount.Tier(3, Percent.of(20))))
                .isEqualTo(usd(799));
    }

    @Test
    void aPriceFollowsUpstreamButNotBelowItsFloor() {
        UpstreamPrice terms = new UpstreamPrice(Percent.of(25), usd(500));
        LocalDate day = LocalDate.of(2026, 4, 16);

        UpstreamPrice.Priced dear = terms.price(new UpstreamPrice.UpstreamQuote(usd(1_001), day));
        UpstreamPrice.Priced cheap = terms.price(new UpstreamPrice.UpstreamQuote(usd(399), day));

        assertThat(dear.price()).isEqualTo(usd(1_251));
        assertThat(dear.quote().day()).isEqualTo(day);
        assertThat(cheap.price()).isEqualTo(usd(500));
        assertThat(cheap.atFloor()).isTrue();
    }

    @Test
    void percentagesFinerThanTheirStepAreRefused() {
        assertThat(Percent.of("15.0000")).isEqualTo(Percent.of(15));
        assertThat(Percent.of("20")).hasToString("20");
        assertThatThrownBy(() -> Percent.of("0.00001")).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Percent.of("-1")).isInstanceOf(IllegalArgumentException.class);
    }

    private static Anchor monthly(String start) {
        return new Anchor(Instant.parse(start), ChronoUnit.MONTHS, 1, ZoneOffset.UTC);
    }

    private static TaxRate iva(int percent, LocalDate from, LocalDate until) {
        return new TaxRate(
                "EC",
                "standard",
                Percent.of(percent),
                from,
                until,
                Text.of("IVA " + percent + " %"));
    }

    private static Money usd(long minor) {
        return new Money(minor, Asset.USD);
    }
}
