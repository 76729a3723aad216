package coop.minga.platform.app;

import coop.minga.platform.config.Mode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Serves until told to stop. */
@Command(
        name = "start",
        description = "Start the host in the foreground.",
        mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {

    @Option(
            names = "--trial",
            description =
                    "Start a trial: everything on, nothing real. Fixed in the data directory at the"
                            + " first start.")
    private boolean trial;

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
}
