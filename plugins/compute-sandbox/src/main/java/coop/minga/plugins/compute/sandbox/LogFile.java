package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.compute.Logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What a supervisor wrote of its workload's output: {@code log}, and {@code log.1} before it. */
final class LogFile {

    private static final long PAUSE_MS = 50;

    private final Path current;
    private final Path previous;

    LogFile(Path instance) {
        this.current = instance.resolve("log");
        this.previous = instance.resolve("log.1");
    }

    List<Logs.Line> tail(int count) throws IOException {
        Deque<Logs.Line> lines = new ArrayDeque<>();
        for (Path file : List.of(previous, current)) {
            byte[] bytes;
            try {
                bytes = Files.readAllBytes(file);
            } catch (NoSuchFileException e) {
                continue;
            }
            take(bytes, bytes.length)
                    .forEach(line -> {
                        lines.add(line);
                        if (lines.size() > count) {
                            lines.removeFirst();
                        }
                    });
        }
        return List.copyOf(lines);
    }

    /** Blocks until the sink has enough, the thread is interrupted or the instance is gone. */
    void follow(int tail, Logs.Sink sink, BooleanSupplier gone) throws IOException {
        Opened file = null;
        try {
            List<Logs.Line> newest = new ArrayList<>();
            file = open().orElse(null);
            long position = 0;
            if (file != null) {
                byte[] bytes = read(file.channel(), 0, file.channel().size());
                int whole = wholeLines(bytes);
                newest.addAll(take(bytes, whole));
                position = whole;
            }
            if (newest.size() < tail && Files.exists(previous)) {
                byte[] older = Files.readAllBytes(previous);
                newest.addAll(0, take(older, older.length));
            }
            for (Logs.Line line :
                    newest.subList(Math.max(0, newest.size() - tail), newest.size())) {
                if (!sink.accept(line)) {
                    return;
                }
            }
            while (!Thread.currentThread().isInterrupted()) {
                boolean idle = true;
                if (file != null && file.channel().size() > position) {
                    byte[] bytes =
                            read(
                                    file.channel(),
                                    position,
                                    Math.min(file.channel().size() - position, 1 << 18));
                    int whole = wholeLines(bytes);
                    for (Logs.Line line : take(bytes, whole)) {
                        if (!sink.accept(line)) {
                            return;
                        }
                    }
                    position += whole;
                    idle = whole == 0;
                }
                if (idle && (file == null || rotated(file))) {
                    Optional<Opened> next = open();
                    if (next.isPresent()) {
                        if (file != null) {
                            file.channel().close();
                        }
                        file = next.get();
                        position = 0;
                        idle = false;
                    }
                }
                if (idle) {
                    if (gone.getAsBoolean()) {
                        return;
                    }
                    Thread.sleep(PAUSE_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (file != null) {
                file.channel().close();
            }
        }
    }

    /**
     * @param identity tells the file from the one that takes its name when it is rotated; not
     *     reused while it is open
     */
    private record Opened(FileChannel channel, Object identity) {}

    private Optional<Opened> open() throws IOException {
        while (true) {
            Optional<Object> before = identity();
            if (before.isEmpty()) {
                return Optional.empty();
            }
            try {
                FileChannel channel = FileChannel.open(current, StandardOpenOption.READ);
                if (before.equals(identity())) {
                    return Optional.of(new Opened(channel, before.get()));
                }
                channel.close();
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }
    }

    private Optional<Object> identity() throws IOException {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(current, BasicFileAttributes.class).fileKey());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private boolean rotated(Opened file) throws IOException {
        return identity().filter(now -> !now.equals(file.identity())).isPresent();
    }

    private static byte[] read(FileChannel file, long from, long length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(length, 8 << 20));
        long at = from;
        while (buffer.hasRemaining()) {
            int n = file.read(buffer, at);
            if (n < 0) {
                break;
            }
            at += n;
        }
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    private static int wholeLines(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private static List<Logs.Line> take(byte[] bytes, int length) {
        List<Logs.Line> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < length; at++) {
            if (bytes[at] == '\n') {
                parse(new String(bytes, from, at - from, StandardCharsets.UTF_8))
                        .ifPresent(lines::add);
                from = at + 1;
            }
        }
        return lines;
    }

    static Optional<Logs.Line> parse(String text) {
        int first = text.indexOf(' ');
        if (first < 1
                || first > 15
                || text.length() < first + 3
                || !text.substring(0, first).chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        return Optional.of(
                new Logs.Line(
                        Instant.ofEpochMilli(Long.parseLong(text.substring(0, first))),
                        text.charAt(first + 1) == 'e',
                        text.substring(first + 3)));
    }
}
