package coop.minga.platform.ledger;

import coop.minga.plugin.api.Money;

import java.util.HashSet;
import java.util.List;

/** What is to be moved. */
public sealed interface Movement {

    /** Always above zero. */
    Money amount();

    /**
     * A fixed amount from one account to another.
     *
     * @param rule the split rule it came from, or empty
     */
    record Posting(LedgerAccount from, LedgerAccount to, Money amount, String rule)
            implements Movement {

        public Posting {
            requireSound(amount, to, List.of(from));
        }

        public Posting(LedgerAccount from, LedgerAccount to, Money amount) {
            this(from, to, amount, "");
        }
    }

    /**
     * An amount taken from several accounts in their order, from each as much as it has. Decided
     * while the accounts are locked.
     */
    record Draw(List<LedgerAccount> sources, LedgerAccount to, Money amount) implements Movement {

        public Draw {
            sources = List.copyOf(sources);
            requireSound(amount, to, sources);
            if (sources.isEmpty() || !sources.stream().allMatch(LedgerAccount::nonNegative)) {
                throw new IllegalArgumentException("A draw needs accounts that can run out");
            }
        }
    }

    /** One movement has one asset, an amount above zero and different accounts. */
    private static void requireSound(Money amount, LedgerAccount to, List<LedgerAccount> from) {
        if (!amount.isPositive()) {
            throw new IllegalArgumentException("Only amounts above zero move, not " + amount);
        }
        HashSet<String> addresses = new HashSet<>();
        addresses.add(to.address());
        for (LedgerAccount source : from) {
            if (!source.asset().equals(amount.asset()) || !to.asset().equals(amount.asset())) {
                throw new IllegalArgumentException(
                        "%s from %s to %s mixes assets"
                                .formatted(amount, source.address(), to.address()));
            }
            if (!addresses.add(source.address())) {
                throw new IllegalArgumentException("Twice in one movement: " + source.address());
            }
        }
    }
}
