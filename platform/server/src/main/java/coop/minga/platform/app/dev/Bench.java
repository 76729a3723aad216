package coop.minga.platform.app.dev;

import coop.minga.platform.plugins.Condition;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginState;
import coop.minga.platform.plugins.PluginView;
import coop.minga.platform.plugins.Reason;
import coop.minga.platform.providers.ProviderService;
import coop.minga.platform.providers.ProviderView;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** Takes every build of a plugin into a running host and tells the author what became of it. */
public final class Bench {

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(15);

    /** What has to be met before a build serves; the one before goes on until then. */
    private static final Set<Condition.Type> ABOUT_THE_JAR =
            EnumSet.of(Condition.Type.VERIFIED, Condition.Type.STARTED, Condition.Type.CURRENT);

    /**
     * What a bench works on.
     *
     * @param target where the build writes its jar
     * @param plugins the host's plugins directory; other versions of the plugin in it are removed
     * @param scratch for copies of jars that are looked through
     * @param language ISO 639-1, of what is printed
     */
    public record Places(Path target, Path plugins, Path scratch, String language) {}

    private final Places places;
    private final PluginService plugins;
    private final ProviderService providers;
    private final Clock clock;
    private final PrintStream out;
    private final BuiltJars jars;
    private final Hints hints;

    public Bench(
            Places places,
            PluginService plugins,
            ProviderService providers,
            Clock clock,
            PrintStream out) {
        this.places = places;
        this.plugins = plugins;
        this.providers = providers;
        this.clock = clock;
        this.out = out;
        this.jars = new BuiltJars(places.target());
        this.hints = new Hints(places.target(), places.scratch());
    }

    /** Looks for builds until the thread is interrupted. */
    public void work() {
        try {
            while (true) {
                for (BuiltJars.Built built : jars.look(clock.instant())) {
                    take(built);
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(BuiltJars.Built built) throws InterruptedException {
        String file = String.valueOf(built.jar().getFileName());
        try {
            put(built.jar(), file);
        } catch (IOException e) {
            // The next build is under way already: its jar is complete in a moment.
            return;
        }
        plugins.reconcile();
        boolean settled = providers.awaitSettled(SETTLED_WITHIN);
        Duration took = Duration.between(built.written(), clock.instant());
        plugins.list().stream()
                .filter(view -> view.file().equals(file))
                .findFirst()
                .ifPresent(view -> tell(view, took, settled));
        out.flush();
    }

    /** In one step, so that the host never sees half a jar. */
    private void put(Path jar, String file) throws IOException {
        Path draft = places.plugins().resolve("." + file + ".part");
        Files.copy(jar, draft, StandardCopyOption.REPLACE_EXISTING);
        Optional<String> id = idOf(draft);
        try (DirectoryStream<Path> others = Files.newDirectoryStream(places.plugins(), "*.jar")) {
            for (Path other : others) {
                boolean same = String.valueOf(other.getFileName()).equals(file);
                if (!same && id.isPresent() && idOf(other).equals(id)) {
                    Files.delete(other);
                }
            }
        }
        Files.move(draft, places.plugins().resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Optional<String> idOf(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            return manifest == null
                    ? Optional.empty()
                    : Optional.of(PluginManifest.of(manifest).id());
        } catch (IOException | PluginRejected e) {
            // The host says what is wrong with it.
            return Optional.empty();
        }
    }

    private void tell(PluginView view, Duration took, boolean settled) {
        Optional<Condition> unmet =
                view.conditions().stream()
                        .filter(each -> !each.met() && ABOUT_THE_JAR.contains(each.type()))
                        .findFirst();
        Reason reason = unmet.map(Condition::reason).orElse(view.reason());
        if (view.state() != PluginState.STARTED || unmet.isPresent()) {
            say(
                    view.id() + " is refused: " + said(reason, "en"),
                    view.id() + " se rechaza: " + said(reason, "es"));
            return;
        }
        String name = view.id() + " " + view.version();
        say(
                name + " serves, " + took.toMillis() + " ms after its jar was written",
                name + " sirve, " + took.toMillis() + " ms después de escrito su jar");
        if (reason != null) {
            say("  " + said(reason, "en"), "  " + said(reason, "es"));
        }
        if (!settled) {
            say("  it is still being opened", "  todavía se está abriendo");
        }
        providers.list().stream()
                .filter(provider -> provider.pluginId().equals(view.id()))
                .forEach(this::tell);
        for (Text hint :
                hints.about(
                        places.plugins().resolve(view.file()), providers.descriptors(view.id()))) {
            say("  hint: " + hint.in("en"), "  consejo: " + hint.in("es"));
        }
    }

    private void tell(ProviderView provider) {
        String name = "  " + provider.ref().kind().id() + " " + provider.ref().name() + ": ";
        Reason reason = provider.reason();
        String state = provider.state().id();
        say(
                name + state + (reason == null ? "" : ", " + said(reason, "en")),
                name + state + (reason == null ? "" : ", " + said(reason, "es")));
    }

    private static String said(@Nullable Reason reason, String language) {
        return reason == null ? "" : reason.text().in(language);
    }

    private void say(String english, String spanish) {
        out.println(Text.of(english, spanish).in(places.language()));
    }
}
