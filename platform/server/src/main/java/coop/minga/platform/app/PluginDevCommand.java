package coop.minga.platform.app;

import coop.minga.platform.app.dev.Author;
import coop.minga.platform.app.dev.Bench;
import coop.minga.platform.app.dev.Machines;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.Mode;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** {@code minga plugin dev}: a trial beside a plugin that is being written. */
@Command(
        name = "dev",
        description =
                "Run a trial and load the plugin of a Maven project into it after every build."
                        + " Thrown away at the end unless --data says where to keep it.",
        mixinStandardHelpOptions = true)
final class PluginDevCommand implements Callable<Integer> {

    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    @Parameters(paramLabel = "DIR", description = "The project; its target/*.jar is watched.")
    private Path project = Path.of(".");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep the trial's data here, to go on with it the next time.")
    private @Nullable Path kept;

    private final PrintStream out = System.out;
    private final String language = Locale.getDefault().getLanguage().equals("es") ? "es" : "en";

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(project)) {
            throw new CannotStart("There is no folder " + project + ".");
        }
        Path bench = Files.createTempDirectory("minga-dev");
        Host host;
        try {
            host = start(bench);
        } catch (RuntimeException | IOException e) {
            DemoCommand.delete(bench);
            throw e;
        }
        CountDownLatch closed = new CountDownLatch(1);
        Thread worker = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("shutdown")
                                .unstarted(() -> {
                                    worker.interrupt();
                                    close(host, bench);
                                    closed.countDown();
                                }));
        Path target = project.toAbsolutePath().normalize().resolve("target");
        say(
                "Waiting for builds: run 'mvn verify' in " + project + ". Ctrl-C ends this.",
                "Esperando compilaciones: ejecuta 'mvn verify' en "
                        + project
                        + ". Ctrl-C termina.");
        new Bench(
                        new Bench.Places(
                                target, bench.resolve("plugins"), bench.resolve("lint"), language),
                        host.plugins(),
                        host.providers(),
                        Clock.systemUTC(),
                        out)
                .work();
        closed.await();
        return 0;
    }

    private Host start(Path bench) throws IOException, InterruptedException {
        SecureRandom random = new SecureRandom();
        String token = letters(random, 32);
        Host.Places own = Host.Places.ofProcess();
        Path plugins = Files.createDirectory(bench.resolve("plugins"));
        for (Path jar : PluginCommand.jars(own.home().resolve("plugins"))) {
            Files.copy(jar, plugins.resolve(jar.getFileName()));
        }
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeAll(Set.of("MINGA_PUBLIC_URL", "MINGA_APPS_DOMAIN"));
        environment.put("MINGA_HTTP_HOST", "127.0.0.1");
        environment.putIfAbsent("MINGA_HTTP_PORT", "0");
        environment.putIfAbsent("MINGA_LOG_LEVEL", "error");
        environment.put("MINGA_PLUGINS_DIR", plugins.toString());
        // It is the author's own machine, and the jar is signed when it is finished.
        environment.put("MINGA_PLUGINS_POLICY", "open");
        environment.put("MINGA_SETUP_TOKEN", token);
        environment.remove("MINGA_DB_URL");
        Path data = kept == null ? bench.resolve("data") : kept.toAbsolutePath();
        Host host = Host.start(new Host.Places(own.home(), data, environment), Mode.TRIAL);
        welcome(host, token, random);
        return host;
    }

    private void welcome(Host host, String token, SecureRandom random)
            throws IOException, InterruptedException {
        URI site = host.url();
        say("A trial serves at " + site, "Una prueba sirve en " + site);
        if (host.setupLink().isPresent()) {
            Author author = new Author("author@bench.example", letters(random, 16));
            author.setUp(URI.create("http://127.0.0.1:" + host.port()), token, language);
            say(
                    "Sign in as " + author.email() + " with " + author.password(),
                    "Entra como " + author.email() + " con " + author.password());
        }
        say(
                "The plugin's forms: " + site + "/admin/schema-preview",
                "Los formularios del plugin: " + site + "/admin/schema-preview");
    }

    private void close(Host host, Path bench) {
        if (kept == null) {
            new Machines(host.providers()).end();
        }
        host.close();
        try {
            DemoCommand.delete(bench);
        } catch (IOException e) {
            out.println("Left behind: " + bench);
        }
    }

    private static String letters(SecureRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    private void say(String english, String spanish) {
        out.println(Text.of(english, spanish).in(language));
        out.flush();
    }
}
