package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.compute.Logs;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

class FramesTest {
    @Test
    void framesBecomeLinesOfTheirStreams() throws IOException {
        List<Logs.Line> lines =
                read(
                        frame(1, "2026-11-02T10:15:30.123456789Z hello ñ\n"),
                        frame(2, "2026-11-02T10:15:31Z oops\r\n"),
                        frame(1, "2026-11-02T10:15:32Z \n"),
                        frame(1, "no time here\n"));
        assertThat(lines)
                .containsExactly(
                        new Logs.Line(
                                Instant.parse("2026-11-02T10:15:30.123456789Z"), false, "hello ñ"),
                        new Logs.Line(Instant.parse("2026-11-02T10:15:31Z"), true, "oops"),
                        new Logs.Line(Instant.parse("2026-11-02T10:15:32Z"), false, ""),
                        new Logs.Line(Instant.EPOCH, false, "no time here"));
    }

    @Test
    void longLinesAreCut() throws IOException {
        assertThat(read(frame(1, "2026-11-02T10:15:30Z " + "x".repeat(50_000))).getFirst().text())
                .hasSize(16 * 1024);
    }

    @Test
    void brokenStreamsAreNoticed() {
        byte[] half = frame(1, "2026-11-02T10:15:30Z hello\n");
        for (int length : new int[] {3, 8, 12, half.length - 1}) {
            byte[] cut = new byte[length];
            System.arraycopy(half, 0, cut, 0, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> read("HTTP/1.1 500 Oops".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read(new byte[] {1, 0, 0, 0, (byte) 0xff, 0, 0, 0, 1}))
                .isInstanceOf(IOException.class);
    }

    @Test
    void readingStopsWhenNobodyListens() throws IOException {
        List<Logs.Line> lines = new ArrayList<>();
        byte[] twice = new byte[0];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(frame(1, "a\n"));
        out.write(frame(1, "b\n"));
        twice = out.toByteArray();
        boolean wanted =
                Frames.read(
                        new ByteArrayInputStream(twice),
                        line -> {
                            lines.add(line);
                            return false;
                        });
        assertThat(wanted).isFalse();
        assertThat(lines).hasSize(1);
    }

    private static List<Logs.Line> read(byte[]... frames) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.write(frame);
        }
        List<Logs.Line> lines = new ArrayList<>();
        assertThat(Frames.read(new ByteArrayInputStream(all.toByteArray()), lines::add)).isTrue();
        return lines;
    }

    private static byte[] frame(int stream, String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(
                new byte[] {
                    (byte) stream,
                    0,
                    0,
                    0,
                    (byte) (payload.length >> 24),
                    (byte) (payload.length >> 16),
                    (byte) (payload.length >> 8),
                    (byte) payload.length
                });
        out.writeBytes(payload);
        return out.toByteArray();
    }
}
