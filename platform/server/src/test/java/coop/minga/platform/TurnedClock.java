package coop.minga.platform;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until the test turns it. */
public final class TurnedClock extends Clock {

    private volatile Instant now;

    public TurnedClock(Instant start) {
        now = start;
    }

    public void forward(Duration by) {
        now = now.plus(by);
    }

    public void back(Duration by) {
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
