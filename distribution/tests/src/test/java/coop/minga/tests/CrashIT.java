package coop.minga.tests;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** The short form; every point with three seeds is in {@code distribution/long/crash.sh}. */
class CrashIT {

    private static Crashes crashes;

    @BeforeAll
    static void start() {
        crashes = new Crashes(1);
    }

    @AfterAll
    static void stop() {
        crashes.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order/order.after-commit",
                "order/create.before-call",
                "order/create.after-call",
                "order/activate.after-commit",
                "stop/power.after-call",
                "delete/destroy.after-call",
                "pay/payment.start.after-call",
                "refund/payment.refund.after-call"
            })
    void whateverTheHostWasDoingIsFinishedAfterAKill(String point) {
        Duration took = crashes.at(point);
        System.out.println(point + ": well " + took.toMillis() + " ms after the restart");
    }
}
