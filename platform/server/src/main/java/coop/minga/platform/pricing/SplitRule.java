package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who gets which part of a revenue.
 *
 * @param name which rule
 * @param version counts up; a version never changes once used
 * @param parts at least one; their basis points sum to 10,000
 */
public record SplitRule(String name, int version, List<Part> parts) {

    /** Everything to whoever runs the installation. */
    public static final SplitRule OPERATOR_ONLY =
            new SplitRule("standard", 1, List.of(new Part("operator", 10_000)));

    private static final long WHOLE = 10_000;

    /**
     * One party's part.
     *
     * @param party for example {@code operator}
     * @param basisPoints hundredths of a percent
     */
    public record Part(String party, int basisPoints) {

        public Part {
            if (basisPoints < 0 || basisPoints > WHOLE) {
                throw new IllegalArgumentException("Basis points are 0 to 10000");
            }
        }
    }

    /**
     * What one party gets.
     *
     * @param party as in the rule
     * @param amount may be zero
     * @param rule {@link #reference()} of the rule it came from
     */
    public record Share(String party, Money amount, String rule) {}

    public SplitRule {
        parts = List.copyOf(parts);
        long sum = parts.stream().mapToLong(Part::basisPoints).sum();
        if (sum != WHOLE) {
            throw new IllegalArgumentException("Parts must sum to 10000 basis points, not " + sum);
        }
    }

    /** Name and version, as every posting made by the rule names it. */
    public String reference() {
        return name + "@" + version;
    }

    /** Divides a revenue by largest remainder: the shares always sum to the whole. */
    public List<Share> split(Money revenue) {
        List<Money> amounts =
                revenue.split(parts.stream().map(part -> (long) part.basisPoints()).toList());
        List<Share> shares = new ArrayList<>();
        IntStream.range(0, parts.size())
                .forEach(i ->
                        shares.add(new Share(parts.get(i).party(), amounts.get(i), reference())));
        return List.copyOf(shares);
    }
}
