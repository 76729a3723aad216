package coop.minga.platform.pricing;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;

/** What must be true of every amount. A failure names the seed that found it. */
class PricingPropertiesTest {

    private static final int CASES = 100_000;

    private static final List<Asset> ASSETS =
            List.of(Asset.USD, Asset.COIN, new Asset("JPY", 0), new Asset("BHD", 3));

    private static final List<ZoneId> ZONES =
            List.of(
                    ZoneId.of("UTC"),
                    ZoneId.of("America/Guayaquil"),
                    ZoneId.of("Europe/Madrid"),
                    ZoneId.of("Australia/Lord_Howe"));

    private static final List<Percent> PERCENTS =
            List.of(
                    Percent.ZERO,
                    Percent.of(5),
                    Percent.of(12),
                    Percent.of(15),
                    Percent.of("8.875"),
                    Percent.of("19.6"),
                    Percent.of(100));

    private final long seed = Long.getLong("minga.seed", System.nanoTime());
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(seed);

    @Test
    void aDocumentsTaxIsRoundedOncePerRateAndItsLinesSumToIt() {
        for (int i = 0; i < CASES; i++) {
            Asset asset = pick(ASSETS);
            Tax.Prices prices = random.nextBoolean() ? Tax.Prices.INCLUSIVE : Tax.Prices.EXCLUSIVE;
            List<Tax.Item> items = new ArrayList<>();
            int count = random.nextInt(1, 5);
            for (int n = 0; n < count; n++) {
                // A ninth of the largest, so that the sum with its tax is still an amount.
                items.add(new Tax.Item(amount(asset, Money.MAX_MINOR / 18), pick(PERCENTS)));
            }

            Tax.Result result = Tax.of(asset, items, prices);

            Money given = sum(asset, items.stream().map(Tax.Item::amount).toList());
            Money net = sum(asset, result.lines().stream().map(Tax.Taxed::net).toList());
            Money tax = sum(asset, result.lines().stream().map(Tax.Taxed::tax).toList());
            Money kept = prices == Tax.Prices.INCLUSIVE ? result.total().gross() : net;
            require(kept.equals(given), "%s: %s of %s", prices, kept, given);
            require(result.total().equals(new Tax.Taxed(net, tax)), "lines of %s", items);
            result.byRate().forEach((rate, sum) -> requireRounded(rate, sum, prices));
            for (Tax.Taxed line : result.lines()) {
                require(!line.tax().isNegative() && !line.net().isNegative(), "%s", line);
            }
        }
    }

    private void requireRounded(Percent rate, Tax.Taxed sum, Tax.Prices prices) {
        BigDecimal exact =
                switch (prices) {
                    case EXCLUSIVE -> minor(sum.net()).multiply(rate.value()).movePointLeft(2);
                    case INCLUSIVE ->
                            minor(sum.gross())
                                    .multiply(rate.value())
                                    .divide(
                                            rate.value().add(BigDecimal.valueOf(100)),
                                            12,
                                            RoundingMode.HALF_UP);
                };
        BigDecimal off = exact.subtract(minor(sum.tax())).abs();
        require(off.compareTo(new BigDecimal("0.5")) <= 0, "%s %s of %s", rate, exact, sum);
    }

    @Test
    void aLineGivenBackInPiecesIsGivenBackToTheCent() {
        for (int i = 0; i < CASES; i++) {
            Asset asset = pick(ASSETS);
            Money gross = amount(asset, Money.MAX_MINOR - 1).plus(new Money(1, asset));
            Tax.Taxed line =
                    Tax.of(
                                    asset,
                                    List.of(new Tax.Item(gross, pick(PERCENTS))),
                                    Tax.Prices.INCLUSIVE)
                            .total();
            Money first = new Money(random.nextLong(gross.minor() + 1), asset);
            Money second =
                    first.plus(
                            new Money(random.nextLong(gross.minor() - first.minor() + 1), asset));

            List<Tax.Taxed> pieces =
                    List.of(
                            Tax.piece(line, Money.zero(asset), first),
                            Tax.piece(line, first, second),
                            Tax.piece(line, second, gross));

            Money net = sum(asset, pieces.stream().map(Tax.Taxed::net).toList());
            Money tax = sum(asset, pieces.stream().map(Tax.Taxed::tax).toList());
            require(new Tax.Taxed(net, tax).equals(line), "%s of %s", pieces, line);
            for (Tax.Taxed piece : pieces) {
                require(
                        !piece.net().isNegative() && !piece.tax().isNegative(),
                        "%s of %s",
                        pieces,
                        line);
            }
        }
    }

    @Test
    void usedAndCreditSumToWhatWasPaidWhenAPlanChanges() {
        for (int i = 0; i < CASES; i++) {
            Asset asset = pick(ASSETS);
            Anchor.Period period = anchor().period(random.nextInt(200));
            Money paid = amount(asset, Money.MAX_MINOR);
            Money price = amount(asset, Money.MAX_MINOR);
            Instant at = period.from().plusSeconds(random.nextLong(-10, period.seconds() + 10));

            Proration change = Proration.change(period, paid, price, at);
            Proration again = Proration.change(period, paid, price, at);
            Proration same = Proration.change(period, paid, paid, at);
            Proration cancel = Proration.cancel(period, paid, at);

            require(change.used().plus(change.credit()).equals(paid), "%s of %s", change, paid);
            require(!change.used().isNegative() && !change.credit().isNegative(), "%s", change);
            require(change.equals(again), "the dry run %s is not %s", change, again);
            require(same.due().isZero(), "the same price costs %s", same.due());
            require(cancel.due().equals(change.credit().negated()), "%s", cancel);
            require(change.charge().compareTo(price) <= 0, "%s beyond %s", change, price);
        }
    }

    @Test
    void anchoredPeriodsFollowOneAnotherWithoutGapAndKeepTheirDay() {
        for (int i = 0; i < CASES; i++) {
            Anchor anchor = anchor();
            long n = random.nextInt(120);
            Anchor.Period period = anchor.period(n);
            Anchor.Period next = anchor.period(n + 1);

            require(period.to().equals(next.from()), "%s: %s, then %s", anchor, period, next);
            require(period.from().isBefore(period.to()), "%s: %s", anchor, period);
            Instant within = period.from().plusSeconds(random.nextLong(period.seconds()));
            require(anchor.at(within).equals(period), "%s at %s", anchor, within);
            if (anchor.unit() == ChronoUnit.MONTHS || anchor.unit() == ChronoUnit.YEARS) {
                LocalDate first = anchor.start().atZone(anchor.zone()).toLocalDate();
                LocalDate day = period.from().atZone(anchor.zone()).toLocalDate();
                int expected = Math.min(first.getDayOfMonth(), day.lengthOfMonth());
                require(day.getDayOfMonth() == expected, "%s: %s", anchor, period);
            }
        }
    }

    @Test
    void aDayOf23Or25HoursIsBilledAsUsed() {
        ZoneId madrid = ZoneId.of("Europe/Madrid");
        for (int i = 0; i < CASES; i++) {
            Money price = amount(pick(ASSETS), 1_000_000_000L);
            LocalDate day =
                    random.nextBoolean() ? LocalDate.of(2026, 3, 29) : LocalDate.of(2026, 10, 25);
            long hours = day.getMonthValue() == 3 ? 23 : 25;
            Anchor.Period whole =
                    new Anchor(day.atStartOfDay(madrid).toInstant(), ChronoUnit.DAYS, 1, madrid)
                            .period(0);

            Money metered = Pricing.metered(price, whole.seconds());

            require(metered.equals(price.times(hours)), "%s for %s is %s", price, day, metered);
        }
    }

    @Test
    void piecesOfUseSumToTheWholeHoweverItIsCut() {
        for (int i = 0; i < CASES; i++) {
            UsageTerms terms =
                    new UsageTerms(
                            "traffic",
                            "GB",
                            random.nextLong(1_000),
                            amount(pick(ASSETS), 1_000_000L),
                            random.nextLong(1, 1_000));
            long[] readings = random.longs(5, 0, 1_000_000).sorted().toArray();
            Money pieces = Money.zero(terms.price().asset());
            long billable = 0;
            long before = 0;
            for (long reading : readings) {
                UsageTerms.Charge piece = terms.between(before, reading);
                require(!piece.amount().isNegative(), "%s: %s", terms, piece);
                pieces = pieces.plus(piece.amount());
                billable += piece.billable();
                before = reading;
            }

            UsageTerms.Charge whole = terms.charge(before);

            require(pieces.equals(whole.amount()), "%s: %s of %s", terms, pieces, whole);
            require(billable == whole.billable(), "%s: %s of %s", terms, billable, whole);
            require(
                    whole.billable() == Math.max(0, before - terms.included()),
                    "%s included of %s",
                    terms.included(),
                    whole);
        }
    }

    @Test
    void partsConvertedTogetherSumToTheConvertedWhole() {
        for (int i = 0; i < CASES; i++) {
            Asset from = pick(ASSETS);
            Asset to = pick(ASSETS.stream().filter(asset -> !asset.equals(from)).toList());
            BigDecimal number = BigDecimal.valueOf(random.nextLong(1, 2_000_000), 6);
            ExchangeRate rate = new ExchangeRate(from, to, number, "a bank", Instant.EPOCH);
            long most = Money.MAX_MINOR / 10_000;
            List<Money> parts =
                    LongStream.range(0, random.nextInt(1, 6))
                            .mapToObj(n -> amount(from, most))
                            .toList();

            List<Money> converted = rate.convertParts(parts);

            Money whole = sum(from, parts);
            Money expected =
                    new Money(
                            new BigDecimal(BigDecimal.valueOf(whole.minor()).unscaledValue())
                                    .movePointLeft(from.scale())
                                    .multiply(number)
                                    .movePointRight(to.scale())
                                    .setScale(0, RoundingMode.HALF_UP)
                                    .longValueExact(),
                            to);
            require(rate.convert(whole).equals(expected), "%s by %s", whole, rate);
            require(sum(to, converted).equals(expected), "%s of %s", converted, expected);
            require(
                    rate.convert(whole.negated()).equals(expected.negated()),
                    "%s given back by %s",
                    whole,
                    rate);
        }
    }

    @Test
    void discountsAndMarginsStayWithinTheirBounds() {
        for (int i = 0; i < CASES; i++) {
            Asset asset = pick(ASSETS);
            Money list = amount(asset, Money.MAX_MINOR);
            Money monthly = amount(asset, 1_000_000L);
            long months = random.nextInt(50);
            Money balance = monthly.times(months).plus(amount(asset, monthly.minor()));

            RunwayDiscount.Tier tier = RunwayDiscount.STANDARD.reached(balance, monthly);
            Money price = RunwayDiscount.apply(list, tier);

            if (monthly.isPositive()) {
                long whole = balance.minor() / monthly.minor();
                long expected = whole >= 36 ? 60 : whole >= 12 ? 40 : whole >= 6 ? 30 : 0;
                expected = expected == 0 && whole >= 3 ? 20 : expected;
                require(tier.percent().equals(Percent.of(expected)), "%s/%s", balance, monthly);
            }
            require(price.plus(tier.percent().of(list)).equals(list), "%s of %s", price, list);
            require(!price.isNegative(), "%s", price);

            UpstreamPrice terms =
                    new UpstreamPrice(pick(PERCENTS), amount(asset, Money.MAX_MINOR / 2));
            Money cost = amount(asset, Money.MAX_MINOR / 2);
            UpstreamPrice.Priced priced =
                    terms.price(new UpstreamPrice.UpstreamQuote(cost, LocalDate.EPOCH));
            require(priced.price().compareTo(terms.floor()) >= 0, "%s by %s", priced, terms);
            require(
                    priced.price().compareTo(cost) >= 0
                            || terms.floor().compareTo(cost) < 0
                            || priced.atFloor(),
                    "%s by %s",
                    priced,
                    terms);
        }
    }

    private Anchor anchor() {
        ZoneId zone = pick(ZONES);
        Instant start =
                ZonedDateTime.of(2020, 1, 1, 0, 0, 0, 0, zone)
                        .toInstant()
                        .plus(Duration.ofMinutes(random.nextLong(6L * 366 * 24 * 60)));
        ChronoUnit unit =
                pick(
                        List.of(
                                ChronoUnit.HOURS,
                                ChronoUnit.DAYS,
                                ChronoUnit.MONTHS,
                                ChronoUnit.YEARS));
        return new Anchor(start, unit, random.nextInt(1, 4), zone);
    }

    /** Small, large and anything between, each as often. */
    private Money amount(Asset asset, long most) {
        long bound = most >> random.nextInt(Math.max(1, 64 - Long.numberOfLeadingZeros(most)));
        return new Money(random.nextLong(bound + 1), asset);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static Money sum(Asset asset, List<Money> amounts) {
        return amounts.stream().reduce(Money.zero(asset), Money::plus);
    }

    private static BigDecimal minor(Money amount) {
        return BigDecimal.valueOf(amount.minor());
    }

    private void require(boolean holds, String format, Object... values) {
        if (!holds) {
            throw new AssertionError(
                    "-Dtest=PricingPropertiesTest -Dminga.seed=%d: %s"
                            .formatted(seed, format.formatted(values)));
        }
    }
}
