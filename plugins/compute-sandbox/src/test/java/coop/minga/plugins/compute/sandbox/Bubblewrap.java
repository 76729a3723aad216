package coop.minga.plugins.compute.sandbox;

import org.junit.jupiter.api.Assumptions;

import java.util.List;

/** Whether this machine can run sandboxes at all; where it must, a missing part is a failure. */
final class Bubblewrap {

    private Bubblewrap() {}

    static void required() throws InterruptedException {
        Machine.Ran ran =
                Machine.run(
                        List.of("bwrap", "--unshare-all", "--ro-bind", "/", "/", "/usr/bin/true"));
        if (ran.exit() == 0) {
            return;
        }
        String message = "SKIPPED: bubblewrap cannot run here (" + ran.output() + ")";
        if ("true".equals(System.getenv("MINGA_REQUIRE_ALL"))) {
            throw new AssertionError(message);
        }
        System.err.println(message);
        Assumptions.abort(message);
    }
}
