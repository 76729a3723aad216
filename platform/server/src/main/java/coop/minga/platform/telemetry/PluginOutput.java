package coop.minga.platform.telemetry;

import coop.minga.plugin.loader.PluginThreads;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Lets each plugin print so many bytes past its logger and no more. */
final class PluginOutput extends PrintStream {

    private static final int BURST_BYTES = 1 << 20;
    private static final int BYTES_PER_SECOND = 64 << 10;

    private final Map<String, Allowance> allowances = new ConcurrentHashMap<>();

    private PluginOutput(PrintStream target) {
        super(target, true);
    }

    /** Stands between every plugin and the process's own streams; twice is once. */
    static void limit() {
        if (!(System.out instanceof PluginOutput)) {
            System.setOut(new PluginOutput(System.out));
        }
        if (!(System.err instanceof PluginOutput)) {
            System.setErr(new PluginOutput(System.err));
        }
    }

    private boolean isGranted(int bytes) {
        Optional<String> plugin = PluginThreads.owner(Thread.currentThread());
        return plugin.isEmpty()
                || allowances
                                .computeIfAbsent(
                                        plugin.get(),
                                        id -> new Allowance(BURST_BYTES, BYTES_PER_SECOND))
                                .take(bytes)
                        >= 0;
    }

    @Override
    public void write(int b) {
        if (isGranted(1)) {
            super.write(b);
        }
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        if (isGranted(length)) {
            super.write(buffer, offset, length);
        }
    }
}
