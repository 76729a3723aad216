package coop.minga.platform.billing;

import java.time.Duration;
import java.util.List;

/**
 * What happens when a renewal is not paid. Days are counted from when the paid time was over.
 *
 * @param remindDaysBefore how long before a renewal whoever cannot pay it is told; 0 for never
 * @param retryDays when it is tried again, ascending
 * @param suspendDays when the machine is stopped
 * @param destroyDays when a machine of which there is a verified snapshot is destroyed
 * @param restoreDays how much longer what was stopped can be had back; a machine of which there can
 *     be no snapshot is kept itself for so long
 * @param destroyWithoutSnapshot whether a machine is destroyed at all of which there is no snapshot
 */
public record DunningPolicy(
        int remindDaysBefore,
        List<Integer> retryDays,
        int suspendDays,
        int destroyDays,
        int restoreDays,
        boolean destroyWithoutSnapshot) {

    public static final DunningPolicy STANDARD =
            new DunningPolicy(3, List.of(1, 2, 4, 7), 7, 21, 14, false);

    private static final int MOST = 365;

    public DunningPolicy {
        retryDays = List.copyOf(retryDays);
    }

    /** Whether the days follow one another as they must. */
    boolean inOrder() {
        int before = 0;
        for (int day : retryDays) {
            if (day <= before || day > suspendDays) {
                return false;
            }
            before = day;
        }
        return remindDaysBefore >= 0
                && remindDaysBefore <= MOST
                && retryDays.size() <= 20
                && suspendDays >= 1
                && destroyDays > suspendDays
                && destroyDays <= MOST
                && restoreDays >= 0
                && restoreDays <= MOST;
    }

    /** How long after the paid time the next attempt is made, or the machine stopped. */
    Duration untilNext(int attempts) {
        return Duration.ofDays(
                attempts <= retryDays.size() ? retryDays.get(attempts - 1) : suspendDays);
    }

    Duration untilSuspended() {
        return Duration.ofDays(suspendDays);
    }

    /** How long after the paid time a machine without a snapshot is destroyed. */
    Duration untilDestroyed() {
        return Duration.ofDays((long) destroyDays + restoreDays);
    }
}
