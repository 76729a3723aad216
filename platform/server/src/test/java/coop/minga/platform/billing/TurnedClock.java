package coop.minga.platform.billing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until the test turns it. */
final class TurnedClock extends Clock {

    private volatile Instant now;

    TurnedClock(Instant start) {
        now = start;
    }

    void forward(Duration by) {
        now = now.plus(by);
    }

    void back(Duration by) {
        now = now.minus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
