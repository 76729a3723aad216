package coop.minga.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import coop.minga.platform.plugins.PluginObserver;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.platform.plugins.StartedPlugin;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** A plugin that floods the log through a logger of its own. */
@SuppressWarnings("NullAway.Init")
final class PluginLogLimitIT {

    @TempDir Path folder;

    @Test
    void floodOfOnePluginIsCutAndTheHostsLinesAreNot() throws Exception {
        LoggerContext context = new LoggerContext();
        context.addTurboFilter(new PluginLogLimit());
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.setContext(context);
        lines.start();
        Logger logger = context.getLogger("vendor.Client");
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(lines);

        CompletableFuture<ClassLoader> loader = new CompletableFuture<>();
        try (PluginYard yard = new PluginYard(folder);
                PluginService service = yard.service()) {
            service.observe(
                    new PluginObserver() {
                        @Override
                        public void started(StartedPlugin plugin) {
                            loader.complete(plugin.classLoader());
                        }

                        @Override
                        public void draining(String pluginId) {}
                    });
            yard.drop("hello.jar", SourceJar.offering("hello"));
            service.start();
            Thread flood =
                    Thread.ofPlatform()
                            .unstarted(() -> {
                                for (int i = 0; i < 50_000; i++) {
                                    logger.info("line {}", i);
                                }
                            });
            flood.setContextClassLoader(loader.join());
            flood.start();
            flood.join();
            assertThat(lines.list.size()).isBetween(100, 5_000);

            int before = lines.list.size();
            for (int i = 0; i < 2_000; i++) {
                logger.info("of the host");
            }
            assertThat(lines.list).hasSize(before + 2_000);
        }
    }
}
