package coop.minga.platform.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

class PricingTest {

    private static final int CASES = 100_000;

    private final long seed = Long.getLong("minga.seed", System.nanoTime());
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(seed);

    @Test
    void splitsAlwaysSumToTheWholeAndNoPartIsOffByAUnit() {
        for (int i = 0; i < CASES; i++) {
            SplitRule rule = rule();
            Money revenue = new Money(random.nextLong(Money.MAX_MINOR + 1), Asset.COIN);

            List<SplitRule.Share> shares = rule.split(revenue);

            long sum = 0;
            for (int p = 0; p < shares.size(); p++) {
                long share = shares.get(p).amount().minor();
                BigDecimal exact =
                        BigDecimal.valueOf(revenue.minor())
                                .multiply(BigDecimal.valueOf(rule.parts().get(p).basisPoints()))
                                .movePointLeft(4);
                if (exact.subtract(BigDecimal.valueOf(share)).abs().compareTo(BigDecimal.ONE)
                        >= 0) {
                    throw new AssertionError(
                            describe() + ": " + share + " of " + exact + " by " + rule);
                }
                sum = Math.addExact(sum, share);
            }
            if (sum != revenue.minor()) {
                throw new AssertionError(describe() + ": " + sum + " of " + revenue);
            }
        }
    }

    @Test
    void meteredTimeIsTheExactShareRoundedHalfUp() {
        for (int i = 0; i < CASES; i++) {
            Money price = new Money(random.nextLong(10_000_000_000L), Asset.USD);
            long seconds = random.nextLong(100_000);

            long metered = Pricing.metered(price, seconds).minor();

            long expected =
                    BigDecimal.valueOf(price.minor())
                            .multiply(BigDecimal.valueOf(seconds))
                            .divide(BigDecimal.valueOf(3_600), 0, RoundingMode.HALF_UP)
                            .longValueExact();
            if (metered != expected) {
                throw new AssertionError(
                        "%s: %s for %d s is %d, not %d"
                                .formatted(describe(), price, seconds, expected, metered));
            }
        }
    }

    @Test
    void usedAndUnusedSumToWhatWasPaidAndMoreUseNeverGivesMoreBack() {
        for (int i = 0; i < CASES; i++) {
            Money paid = new Money(random.nextLong(1_000_000_000), Asset.COIN);
            long period = random.nextLong(1, 10_000_000);
            long used = random.nextLong(period + 2);

            Money unused = Pricing.unused(paid, period, used);
            Money later = Pricing.unused(paid, period, used + random.nextLong(1_000));

            if (unused.isNegative()
                    || unused.compareTo(paid) > 0
                    || later.compareTo(unused) > 0
                    || used == 0 && !unused.equals(paid)
                    || used >= period && !unused.isZero()) {
                throw new AssertionError(
                        "%s: %s, %d of %d s".formatted(describe(), paid, used, period));
            }
        }
    }

    @Test
    void halfAUnitIsRoundedUp() {
        assertThat(Pricing.metered(new Money(1, Asset.COIN), 1_799).minor()).isZero();
        assertThat(Pricing.metered(new Money(1, Asset.COIN), 1_800).minor()).isEqualTo(1);
        assertThat(Pricing.metered(new Money(100, Asset.COIN), 3_600).minor()).isEqualTo(100);
    }

    @Test
    void aQuoteShowsOneLineItsTotalAndWhereItGoes() {
        Quote quote =
                Pricing.quote(
                        Text.of("Sandbox", "Sandbox"),
                        Text.of("S"),
                        List.of(
                                new Pricing.Item(
                                        new PriceComponent.Slot(24), new Money(1_000, Asset.COIN))),
                        new SplitRule(
                                "gpu",
                                3,
                                List.of(
                                        new SplitRule.Part("node", 8_500),
                                        new SplitRule.Part("operator", 1_500))));

        assertThat(quote.total().minor()).isEqualTo(1_000);
        assertThat(quote.lines()).singleElement().extracting(Quote.Line::per).isEqualTo("24h");
        assertThat(quote.lines().getFirst().description().in("es"))
                .isEqualTo("Sandbox S, 24 horas");
        assertThat(quote.split())
                .extracting(share -> share.party() + " " + share.amount() + " " + share.rule())
                .containsExactly("node 8.50 COIN gpu@3", "operator 1.50 COIN gpu@3");
    }

    @Test
    void componentsAreReadFromTheirCodesAndNothingElse() {
        assertThat(PriceComponent.parse("hour")).contains(new PriceComponent.Hour());
        assertThat(PriceComponent.parse("slot24h")).contains(new PriceComponent.Slot(24));
        assertThat(PriceComponent.parse("month")).contains(PriceComponent.Recurring.MONTH);
        assertThat(PriceComponent.parse("setup")).contains(new PriceComponent.Setup());
        assertThat(PriceComponent.base("setup")).isEmpty();
        assertThat(PriceComponent.parse("usage-traffic"))
                .contains(new PriceComponent.Usage("traffic"));
        assertThat(
                        List.of(
                                "",
                                "Hour",
                                "slot0h",
                                "slot024h",
                                "slot24",
                                "slot99999h",
                                "week",
                                "usage-"))
                .allSatisfy(code -> assertThat(PriceComponent.parse(code)).isEmpty());
    }

    @Test
    void aSplitRuleThatDoesNotSumToTheWholeIsRefused() {
        assertThatThrownBy(() -> new SplitRule("x", 1, List.of(new SplitRule.Part("a", 9_999))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private SplitRule rule() {
        List<SplitRule.Part> parts = new ArrayList<>();
        int left = 10_000;
        int count = random.nextInt(1, 7);
        for (int p = 1; p < count; p++) {
            int part = random.nextInt(left + 1);
            parts.add(new SplitRule.Part("party" + p, part));
            left -= part;
        }
        parts.add(new SplitRule.Part("rest", left));
        return new SplitRule("random", 1, parts);
    }

    private String describe() {
        return "-Dtest=PricingTest -Dminga.seed=" + seed;
    }
}
