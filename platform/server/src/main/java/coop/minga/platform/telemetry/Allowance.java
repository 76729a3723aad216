package coop.minga.platform.telemetry;

/** So much at once, then so much per second; what goes beyond is counted. Thread-safe. */
final class Allowance {

    private final double burst;
    private final double perSecond;
    private double left;
    private long last = System.nanoTime();
    private long missed;

    Allowance(double burst, double perSecond) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.left = burst;
    }

    /**
     * @return what was left out since the last time that was granted, or -1 when this is left out
     */
    synchronized long take(double amount) {
        long now = System.nanoTime();
        left = Math.min(burst, left + (now - last) / 1e9 * perSecond);
        last = now;
        if (left < amount) {
            missed++;
            return -1;
        }
        left -= amount;
        long before = missed;
        missed = 0;
        return before;
    }
}
