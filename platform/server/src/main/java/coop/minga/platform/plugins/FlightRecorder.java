package coop.minga.platform.plugins;

import coop.minga.platform.config.CannotStart;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which plugins' code runs at this moment, kept in a mapped file: what a process wrote there
 * outlives it, however it ended, and costs a call no more than two additions in memory. A power cut
 * may lose it, which then names nobody.
 */
public final class FlightRecorder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FlightRecorder.class);

    private static final int MAGIC = 0x4d464c32;
    private static final int HEADER = 64;
    private static final int LANDED = 4;
    private static final int RECORD = 256;
    private static final int RECORDS = 256;
    private static final int NAME_LENGTH = 16;
    private static final int NAME = 20;
    private static final long SIZE = HEADER + (long) RECORDS * RECORD;
    private static final VarHandle COUNT = ValueLayout.JAVA_INT.varHandle();

    /** What a plugin's code is run for. */
    public enum Phase {
        /** Loading, starting, stopping. */
        START(0),
        /** A call into one of its providers. */
        CALL(4);

        private final int offset;

        Phase(int offset) {
            this.offset = offset;
        }
    }

    /**
     * A version of a plugin.
     *
     * @param id its id
     * @param sha256 of its jar, 64 hex digits
     */
    public record Version(String id, String sha256) implements Comparable<Version> {

        @Override
        public int compareTo(Version other) {
            int order = id.compareTo(other.id);
            return order != 0 ? order : sha256.compareTo(other.sha256);
        }

        @Override
        public String toString() {
            return id + "@" + sha256;
        }
    }

    /**
     * What ran when the process before this one ended without saying so.
     *
     * @param starting plugins being loaded, started or stopped
     * @param calling plugins with a call under way
     */
    public record Crash(TreeSet<Version> starting, TreeSet<Version> calling) {}

    /** Says when one plugin's code runs. Thread-safe; nested and parallel runs are counted. */
    public static final class Flight {

        private static final Flight UNRECORDED = new Flight(null, 0);

        private final @Nullable MemorySegment memory;
        private final long record;

        private Flight(@Nullable MemorySegment memory, long record) {
            this.memory = memory;
            this.record = record;
        }

        /** For code that nobody would be blamed for. */
        public static Flight unrecorded() {
            return UNRECORDED;
        }

        public void enter(Phase phase) {
            add(phase, 1);
        }

        public void leave(Phase phase) {
            add(phase, -1);
        }

        private void add(Phase phase, int change) {
            if (memory != null) {
                COUNT.getAndAdd(memory, record + phase.offset, change);
            }
        }
    }

    private final MemorySegment memory;
    private final Optional<Crash> crash;
    private final Map<Version, Flight> flights = new HashMap<>();

    private FlightRecorder(MemorySegment memory) {
        this.memory = memory;
        this.crash = read();
        memory.fill((byte) 0);
        memory.set(ValueLayout.JAVA_INT, 0, MAGIC);
    }

    /**
     * Reads what the process before left and begins anew.
     *
     * @throws CannotStart when the file cannot be made
     */
    public static FlightRecorder open(Path file) {
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE)) {
                // Unmapped when nothing uses it any more: late calls of abandoned threads still do.
                return new FlightRecorder(
                        channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, Arena.ofAuto()));
            }
        } catch (IOException e) {
            throw new CannotStart("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private Optional<Crash> read() {
        if (memory.get(ValueLayout.JAVA_INT, 0) != MAGIC
                || memory.get(ValueLayout.JAVA_INT, LANDED) != 0) {
            return Optional.empty();
        }
        TreeSet<Version> starting = new TreeSet<>();
        TreeSet<Version> calling = new TreeSet<>();
        for (int i = 0; i < RECORDS; i++) {
            long record = HEADER + (long) i * RECORD;
            int length = memory.get(ValueLayout.JAVA_INT, record + NAME_LENGTH);
            if (length <= 0 || length > RECORD - NAME) {
                continue;
            }
            byte[] name = memory.asSlice(record + NAME, length).toArray(ValueLayout.JAVA_BYTE);
            String[] parts = new String(name, StandardCharsets.UTF_8).split("@", 2);
            if (parts.length < 2) {
                continue;
            }
            Version version = new Version(parts[0], parts[1]);
            if (count(record, Phase.START) > 0) {
                starting.add(version);
            }
            if (count(record, Phase.CALL) > 0) {
                calling.add(version);
            }
        }
        return Optional.of(new Crash(starting, calling));
    }

    private int count(long record, Phase phase) {
        return memory.get(ValueLayout.JAVA_INT, record + phase.offset);
    }

    /** Empty when the process before ended well, or there was none. */
    public Optional<Crash> crash() {
        return crash;
    }

    /** The record of a plugin; beyond so many plugins they fly unrecorded. */
    public synchronized Flight flight(Version version) {
        Flight known = flights.get(version);
        if (known != null) {
            return known;
        }
        byte[] name = version.toString().getBytes(StandardCharsets.UTF_8);
        int index = flights.size();
        if (index >= RECORDS || name.length > RECORD - NAME) {
            LOG.debug("{} flies unrecorded", version.id());
            return Flight.unrecorded();
        }
        long record = HEADER + (long) index * RECORD;
        MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, record + NAME, name.length);
        memory.set(ValueLayout.JAVA_INT, record + NAME_LENGTH, name.length);
        Flight flight = new Flight(memory, record);
        flights.put(version, flight);
        return flight;
    }

    /** Says that the process ends well. */
    @Override
    public void close() {
        memory.set(ValueLayout.JAVA_INT, LANDED, 1);
        memory.force();
    }
}
