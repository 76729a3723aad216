package coop.minga.plugins.compute.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.testkit.Wait;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

class LogFileTest {

    @TempDir Path folder;

    private void write(String name, String text) {
        try {
            Files.writeString(
                    folder.resolve(name),
                    text,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void lineIsTakenApartAndNonsenseIsLeftOut() {
        assertThat(LogFile.parse("1795168725097 e a b"))
                .contains(new Logs.Line(Instant.ofEpochMilli(1795168725097L), true, "a b"));
        assertThat(LogFile.parse("1795168725097 o ").orElseThrow().text()).isEmpty();
        for (String nonsense : List.of("", "x", "12 o", "99999999999999999999 o x", "a o x")) {
            assertThat(LogFile.parse(nonsense)).as(nonsense).isEmpty();
        }
    }

    @Test
    void tailGoesBackIntoTheRotatedFileAndLeavesOutAnUnfinishedLine() throws IOException {
        LogFile log = new LogFile(folder);
        assertThat(log.tail(5)).isEmpty();
        write("log.1", "1 o a\n2 o b\n");
        write("log", "3 e c\n4 o unfin");
        assertThat(log.tail(2)).extracting(Logs.Line::text).containsExactly("b", "c");
        assertThat(log.tail(9)).extracting(Logs.Line::text).containsExactly("a", "b", "c");
    }

    @Test
    void followerGoesOnOverRotations() throws Exception {
        write("log", "1 o old\n2 o new\n");
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean gone = new AtomicBoolean();
        Thread follower =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                new LogFile(folder)
                                        .follow(1, line -> seen.add(line.text()), gone::get);
                            } catch (IOException e) {
                                seen.add(e.toString());
                            }
                        });
        Wait.until("the tail", Duration.ofSeconds(10), () -> seen.contains("new"));
        for (int round = 0; round < 5; round++) {
            int number = round;
            write("log", "3 o before " + number + "\n4 o half");
            write("log", " line " + number + "\n");
            Files.move(
                    folder.resolve("log"),
                    folder.resolve("log.1"),
                    StandardCopyOption.REPLACE_EXISTING);
            write("log", "5 o after " + number + "\n" + "6 o more\n".repeat(50));
            Wait.until(
                    "round " + number,
                    Duration.ofSeconds(10),
                    () -> seen.contains("after " + number));
        }
        gone.set(true);
        follower.join(Duration.ofSeconds(10));
        assertThat(follower.isAlive()).isFalse();
        assertThat(seen).doesNotContain("old").contains("half line 0", "half line 4");
        assertThat(Collections.frequency(seen, "more")).isEqualTo(250);
    }
}
