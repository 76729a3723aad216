package coop.minga.platform.plugins;

import coop.minga.platform.plugins.FlightRecorder.Flight;
import coop.minga.platform.plugins.FlightRecorder.Phase;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.PluginRejected.Code;
import coop.minga.plugin.loader.UnpackedPlugin;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Runs the start and stop of plugins, each on a thread of its own and within its deadline. */
final class PluginRunner {

    private static final Logger LOG = LoggerFactory.getLogger(PluginRunner.class);
    private static final int AT_ONCE = 32;

    /** How a start ended. */
    sealed interface Start {

        /** It runs. */
        record Runs(LoadedPlugin plugin) implements Start {}

        /** It does not, and nothing of it is left. */
        record Failed(PluginRejected why) implements Start {}
    }

    private final Duration startDeadline;
    private final Duration stopDeadline;
    private final FlightRecorder flights;

    PluginRunner(PluginsConfig config, FlightRecorder flights) {
        this.startDeadline = config.startDeadline();
        this.stopDeadline = config.stopDeadline();
        this.flights = flights;
    }

    static FlightRecorder.Version version(UnpackedPlugin plugin) {
        return new FlightRecorder.Version(plugin.manifest().id(), plugin.sha256());
    }

    Flight flight(UnpackedPlugin plugin) {
        return flights.flight(version(plugin));
    }

    Start start(UnpackedPlugin unpacked) {
        String id = unpacked.manifest().id();
        Flight flight = flight(unpacked);
        BoundedCall.Result<LoadedPlugin> result =
                BoundedCall.run(
                        "plugin-start-" + id,
                        null,
                        startDeadline,
                        () -> {
                            flight.enter(Phase.START);
                            try {
                                return loadAndStart(unpacked);
                            } finally {
                                flight.leave(Phase.START);
                            }
                        },
                        PluginRunner::discard);
        return switch (result) {
            case BoundedCall.Returned<LoadedPlugin>(LoadedPlugin loaded) -> new Start.Runs(loaded);
            case BoundedCall.Threw<LoadedPlugin>(Throwable thrown) ->
                    new Start.Failed(
                            thrown instanceof PluginRejected known ? known : unexpected(thrown));
            case BoundedCall.TimedOut<LoadedPlugin> _ -> new Start.Failed(tooSlow(startDeadline));
        };
    }

    private static LoadedPlugin loadAndStart(UnpackedPlugin unpacked) {
        LoadedPlugin loaded = LoadedPlugin.load(unpacked, PluginRunner.class.getClassLoader());
        boolean done = false;
        try {
            Thread.currentThread().setContextClassLoader(loaded.classLoader());
            loaded.start();
            done = true;
            return loaded;
        } finally {
            if (!done) {
                loaded.close();
            }
        }
    }

    /** A plugin that started after nobody waited for it any more. */
    private static void discard(LoadedPlugin late) {
        try {
            late.stop();
        } catch (PluginRejected e) {
            LOG.debug("A plugin that started too late did not stop well", e);
        } finally {
            late.close();
        }
    }

    private static PluginRejected unexpected(Throwable thrown) {
        return new PluginRejected(
                Code.CODE_FAILED,
                "It could not be loaded: " + thrown.getClass().getSimpleName(),
                "No se pudo cargar: " + thrown.getClass().getSimpleName(),
                thrown);
    }

    private static PluginRejected tooSlow(Duration deadline) {
        return new PluginRejected(
                Code.TIMED_OUT,
                "Its start did not end within " + deadline.toSeconds() + " seconds.",
                "Su arranque no terminó en " + deadline.toSeconds() + " segundos.");
    }

    /** Stops a plugin and closes its jars, whatever its code does meanwhile. */
    void stop(LoadedPlugin loaded) {
        String id = loaded.manifest().id();
        Flight flight = flights.flight(new FlightRecorder.Version(id, loaded.sha256()));
        BoundedCall.Result<Boolean> result =
                BoundedCall.run(
                        "plugin-stop-" + id,
                        loaded.classLoader(),
                        stopDeadline,
                        () -> {
                            flight.enter(Phase.START);
                            try {
                                loaded.stop();
                            } finally {
                                flight.leave(Phase.START);
                            }
                            return true;
                        },
                        late -> {});
        switch (result) {
            case BoundedCall.Returned<Boolean> _ -> {}
            case BoundedCall.Threw<Boolean>(Throwable thrown) ->
                    LOG.warn("Plugin {} did not stop well: {}", id, thrown.getMessage());
            case BoundedCall.TimedOut<Boolean> _ ->
                    LOG.warn("Plugin {} did not stop in time and is abandoned", id);
        }
        loaded.close();
    }

    /** Does a step for several plugins at once and waits for all of them. */
    static void sideBySide(List<Slot> slots, Consumer<Slot> step) {
        if (slots.isEmpty()) {
            return;
        }
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        Math.min(slots.size(), AT_ONCE),
                        Thread.ofVirtual().name("plugins-", 0).factory())) {
            List<Future<?>> futures = new ArrayList<>();
            for (Slot slot : slots) {
                futures.add(threads.submit(() -> step.accept(slot)));
            }
            for (Future<?> future : futures) {
                try {
                    future.get();
                } catch (ExecutionException e) {
                    LOG.error("A plugin could not be taken in", e.getCause());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
