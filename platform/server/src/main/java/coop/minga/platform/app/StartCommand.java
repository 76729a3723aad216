package coop.minga.platform.app;

import coop.minga.platform.config.Mode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Serves until told to stop. */
@Command(
        name = "start",
        description = "Start the host in the foreground.",
        mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {

    /** Service managers kill after 30 s at the least. */
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(28);

    @Option(
            names = "--trial",
            description =
                    "Start a trial: everything on, nothing real. Fixed in the data directory at the"
                            + " first start.")
    private boolean trial;

    StartCommand() {}

    /** As if the option had been given or not. */
    StartCommand(boolean trial) {
        this.trial = trial;
    }

    @Override
    public Integer call() throws InterruptedException {
        Host.Places places = Host.Places.ofProcess();
        Host host = Host.start(places, trial ? Mode.TRIAL : null);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("shutdown")
                                .unstarted(() -> {
                                    limitStop();
                                    host.close();
                                    stopped.countDown();
                                }));
        System.out.println("Minga is ready at " + host.url());
        host.setupLink()
                .ifPresent(link ->
                        System.out.println(
                                "Set it up here (works once): "
                                        + link
                                        + System.lineSeparator()
                                        + "Ábrelo para configurarlo (funciona una vez)."));
        System.out.println("Data is kept in " + places.data());
        System.out.flush();
        stopped.await();
        return 0;
    }

    /** Whatever a plugin does while the process stops, for example in a hook of its own. */
    private static void limitStop() {
        Thread.ofPlatform()
                .daemon()
                .name("shutdown-limit")
                .start(() -> {
                    try {
                        Thread.sleep(STOPPED_WITHIN);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    System.err.println(
                            "Did not stop within " + STOPPED_WITHIN.toSeconds() + " s: ended.");
                    Runtime.getRuntime().halt(1);
                });
    }
}
