package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

final class DemotionTest {

    /** The field of {@code stat} after the name that holds the nice value. */
    private static final int NICE = 16;

    @Test
    @EnabledOnOs(OS.LINUX)
    void threadThatNobodyWaitsForRunsLast() throws Exception {
        AtomicInteger id = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch began = new CountDownLatch(1);
        BoundedCall.Result<Boolean> result =
                BoundedCall.run(
                        "spins",
                        null,
                        Duration.ofMillis(100),
                        () -> {
                            id.set(Demotion.ownId());
                            began.countDown();
                            while (end.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                            return true;
                        },
                        late -> {});
        try {
            assertThat(result).isInstanceOf(BoundedCall.TimedOut.class);
            began.await();
            assertThat(nice(id.get())).isEqualTo("19");
            assertThat(nice(Demotion.ownId())).isNotEqualTo("19");
        } finally {
            end.countDown();
        }
    }

    private static String nice(int thread) throws Exception {
        String stat = Files.readString(Path.of("/proc/self/task/" + thread + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE];
    }
}
