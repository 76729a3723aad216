package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.ComputeBackendFactory;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Observation.State;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.loader.ArchiveLimits;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.PluginJarContract;
import coop.minga.plugin.testkit.RecordingContext;
import coop.minga.plugin.testkit.Wait;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

final class DockerJarIT extends PluginJarContract {
    @TempDir Path folder;

    /** Threads, pools and buffers that real work leaves behind would keep the classes in memory. */
    @Test
    void loaderIsCollectedAfterRealWork() throws Exception {
        RealEngine engine = RealEngine.required();
        Callable<LoadedPlugin.Trace> work = () -> workThrough(engine);
        FutureTask<LoadedPlugin.Trace> task = new FutureTask<>(work);
        Thread.ofPlatform().start(task);
        LoadedPlugin.Trace trace = task.get(2, TimeUnit.MINUTES);
        assertThat(trace.collected(Duration.ofSeconds(20)))
                .as("classes are let go; threads left: %s", trace.threads())
                .isTrue();
    }

    private LoadedPlugin.Trace workThrough(RealEngine engine) {
        LoadedPlugin plugin =
                LoadedPlugin.load(
                        new PluginCache(folder.resolve("cache"), ArchiveLimits.standard())
                                .admit(jar(), hash -> {}),
                        DockerJarIT.class.getClassLoader());
        try (plugin) {
            plugin.start();
            ComputeBackendFactory factory =
                    (ComputeBackendFactory) plugin.contributions().getFirst().factory();
            Reading reading =
                    ConfigReader.readFile(
                            factory.descriptor().schema(),
                            Map.of("endpoint", "unix://" + engine.socket(), "stop_grace", "1s"));
            try (ComputeBackend backend =
                    factory.open(
                            RecordingContext.in(folder.resolve("data")),
                            ((Reading.Valid) reading).config())) {
                assertThat(backend.probe(Calls.fresh()).status())
                        .isEqualTo(ProbeResult.Status.READY);
                CreateResult.Accepted made =
                        (CreateResult.Accepted)
                                backend.create(
                                        Calls.fresh(),
                                        new CreateInstance(
                                                "jar",
                                                new Size(250, 32, 64),
                                                Workload.ofImage(RealEngine.IMAGE),
                                                Map.of(),
                                                List.of(),
                                                Map.of()));
                InstanceHandle handle = made.handle();
                Wait.until(
                        "running",
                        Duration.ofSeconds(30),
                        () -> backend.observe(Calls.fresh(), handle).state() == State.RUNNING);
                ((Logs) backend).tail(Calls.fresh(), handle, 10);
                backend.list(Calls.fresh(), Page.Token.FIRST);
                backend.destroy(Calls.fresh(), handle);
            }
            plugin.stop();
            return plugin.trace();
        } finally {
            engine.docker("network", "ls", "-q", "--filter", "label=minga.host=test-host")
                    .lines()
                    .filter(id -> !id.isBlank())
                    .forEach(engine::removeNetworkIfUnused);
        }
    }
}
