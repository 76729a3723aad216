package coop.minga.platform.plugins;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Lets the system run a thread only when nothing else wants the processor. Java cannot end a thread
 * that does not listen; one that spins in a plugin's code for ever must at least not take its share
 * from the host. Works on Linux, where threads have a priority each; elsewhere does nothing. There
 * is no way back: a demoted thread must not be used again.
 */
public final class Demotion {

    private static final Logger LOG = LoggerFactory.getLogger(Demotion.class);
    private static final int LOWEST = 19;

    /** {@code which} of setpriority for one process or, on Linux, one thread. */
    private static final int ONE = 0;

    private static final Optional<MethodHandle> OWN_ID =
            linux("gettid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
    private static final Optional<MethodHandle> SET_PRIORITY =
            linux(
                    "setpriority",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT));

    private Demotion() {}

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> linux(String name, FunctionDescriptor shape) {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        SymbolLookup lookup = linker.defaultLookup();
        return lookup.find(name).map(symbol -> linker.downcallHandle(symbol, shape));
    }

    /** The system's id of the thread that asks; 0 where there is none. */
    public static int ownId() {
        try {
            return OWN_ID.isEmpty() ? 0 : (int) OWN_ID.get().invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives a thread that is still running the lowest priority there is. */
    public static void demote(int id) {
        if (id == 0 || SET_PRIORITY.isEmpty()) {
            return;
        }
        try {
            int failed = (int) SET_PRIORITY.get().invokeExact(ONE, id, LOWEST);
            LOG.debug("Thread {} runs last from now on: {}", id, failed);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
