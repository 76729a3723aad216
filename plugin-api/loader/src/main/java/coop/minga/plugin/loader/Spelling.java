package coop.minga.plugin.loader;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Guesses what somebody meant to write. */
public final class Spelling {

    private Spelling() {}

    /** The known word nearest to the one written, when it is near enough to be a slip. */
    public static Optional<String> nearest(String written, Collection<String> known) {
        String best = null;
        int bestDistance =
                (written.length() < 4 ? 1 : Math.max(2, Math.min(3, written.length() / 3))) + 1;
        for (String candidate : known) {
            int distance =
                    distance(
                            written.toLowerCase(Locale.ROOT).replace('-', '_'),
                            candidate.toLowerCase(Locale.ROOT).replace('-', '_'));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    private static int distance(String left, String right) {
        if (Math.abs(left.length() - right.length()) > 3 || left.length() > 200) {
            return Integer.MAX_VALUE;
        }
        int[] previous = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                current[j] =
                        Math.min(
                                Math.min(current[j - 1] + 1, previous[j] + 1),
                                previous[j - 1] + change);
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
