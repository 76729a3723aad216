package coop.minga.plugin.loader;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.compute.ComputeBackendFactory;
import coop.minga.plugin.api.events.ListenerFactory;
import coop.minga.plugin.api.fiscal.FiscalIssuerFactory;
import coop.minga.plugin.api.messaging.MessagingFactory;
import coop.minga.plugin.api.offering.OfferingFactory;
import coop.minga.plugin.api.payment.PaymentProviderFactory;
import coop.minga.plugin.loader.PluginRejected.Code;
import coop.minga.plugin.loader.config.SchemaCheck;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A plugin in memory: its class loader, its factories, its start and stop.
 *
 * <p>{@link #load}, {@link #start}, {@link #stop} run the plugin's code on the calling thread:
 * callers that must stay alive give each a thread and a deadline of its own. Not thread-safe.
 */
public final class LoadedPlugin implements AutoCloseable {

    /** The version of the plugin API this host offers; PF4J calls it the system version. */
    public static final SemVer API_VERSION = new SemVer(0, 1, 0, List.of());

    private static final String INDEX = "META-INF/extensions.idx";

    private final UnpackedPlugin unpacked;
    private @Nullable PluginClassLoader loader;
    private @Nullable SinglePlugin plugin;
    private List<Contribution> contributions;
    private final WeakReference<ClassLoader> trace;

    private LoadedPlugin(
            UnpackedPlugin unpacked,
            PluginClassLoader loader,
            SinglePlugin plugin,
            List<Contribution> contributions) {
        this.unpacked = unpacked;
        this.loader = loader;
        this.plugin = plugin;
        this.contributions = List.copyOf(contributions);
        this.trace = new WeakReference<>(loader);
    }

    /**
     * Loads the plugin's classes in isolation and makes its factories.
     *
     * @param host where the shared packages come from
     * @throws PluginRejected {@code WRONG_VERSION}, {@code BAD_EXTENSION}, {@code CODE_FAILED}
     */
    public static LoadedPlugin load(UnpackedPlugin unpacked, ClassLoader host) {
        PluginManifest manifest = unpacked.manifest();
        ApiRange.require(manifest, API_VERSION);
        PluginClassLoader loader = open(unpacked, host);
        boolean done = false;
        try {
            SinglePlugin plugin = SinglePlugin.load(unpacked, loader, API_VERSION.toString());
            List<Contribution> contributions = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            for (String name : extensionNames(loader)) {
                Contribution contribution = contribution(name, loader, manifest);
                ProviderDescriptor descriptor = contribution.descriptor();
                if (!ids.add(descriptor.kind().id() + "/" + descriptor.id())) {
                    throw extension(
                            name,
                            "another extension of this plugin has the id '"
                                    + descriptor.id()
                                    + "' too",
                            "otra extensión de este plugin también tiene el id '"
                                    + descriptor.id()
                                    + "'",
                            null);
                }
                contributions.add(contribution);
            }
            LoadedPlugin loaded = new LoadedPlugin(unpacked, loader, plugin, contributions);
            done = true;
            return loaded;
        } finally {
            if (!done) {
                close(loader);
            }
        }
    }

    private static PluginClassLoader open(UnpackedPlugin unpacked, ClassLoader host) {
        try {
            return new PluginClassLoader(unpacked, host);
        } catch (UncheckedIOException e) {
            throw new PluginRejected(
                    Code.IO,
                    "Its files cannot be opened: " + e.getMessage(),
                    "No se pueden abrir sus archivos: " + e.getMessage(),
                    e);
        }
    }

    private static List<String> extensionNames(PluginClassLoader loader) {
        byte[] index;
        try {
            index = loader.ownFile(INDEX);
        } catch (IOException e) {
            index = null;
        }
        List<String> names = new ArrayList<>();
        if (index != null) {
            for (String line : new String(index, StandardCharsets.UTF_8).split("\n")) {
                String name = line.replaceFirst("#.*", "").strip();
                if (!name.isEmpty() && !names.contains(name)) {
                    names.add(name);
                }
            }
        }
        if (names.isEmpty()) {
            throw new PluginRejected(
                    Code.BAD_EXTENSION,
                    "No extension is listed in "
                            + INDEX
                            + ": is a class marked @Extension, and was -proc:full set?",
                    "No hay ninguna extensión en "
                            + INDEX
                            + ": ¿hay una clase con @Extension y se compiló con -proc:full?");
        }
        return names;
    }

    private static Contribution contribution(
            String name, PluginClassLoader loader, PluginManifest manifest) {
        try {
            Class<?> type = loader.loadClass(name);
            if (!ProviderFactory.class.isAssignableFrom(type)) {
                throw extension(name, "it is no ProviderFactory", "no es un ProviderFactory", null);
            }
            ProviderFactory<?> factory = (ProviderFactory<?>) type.getConstructor().newInstance();
            ProviderDescriptor descriptor = factory.descriptor();
            if (descriptor == null) {
                throw extension(name, "it describes nothing", "no describe nada", null);
            }
            check(name, factory, descriptor, manifest);
            return new Contribution(factory, descriptor);
        } catch (PluginRejected e) {
            throw e;
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw extension(
                    name,
                    "its constructor failed: " + described(cause),
                    "su constructor falló: " + described(cause),
                    cause);
        } catch (NoSuchMethodException e) {
            throw extension(
                    name,
                    "it needs a public constructor without arguments",
                    "necesita un constructor público sin argumentos",
                    e);
        } catch (Throwable e) {
            throw extension(name, described(e), described(e), e);
        }
    }

    private static void check(
            String name,
            ProviderFactory<?> factory,
            ProviderDescriptor descriptor,
            PluginManifest manifest) {
        Kind kind = descriptor.kind();
        if (!factoryType(kind).isInstance(factory)) {
            throw extension(
                    name,
                    "it says it is of kind '"
                            + kind.id()
                            + "' but does not implement "
                            + factoryType(kind).getSimpleName(),
                    "dice ser de tipo '"
                            + kind.id()
                            + "' pero no implementa "
                            + factoryType(kind).getSimpleName(),
                    null);
        }
        if (!manifest.kinds().contains(kind)) {
            throw extension(
                    name,
                    "the manifest's Minga-Kinds does not list '" + kind.id() + "'",
                    "Minga-Kinds en el manifiesto no incluye '" + kind.id() + "'",
                    null);
        }
        List<String> problems = SchemaCheck.problems(descriptor.schema());
        if (!problems.isEmpty()) {
            throw extension(
                    name,
                    "its configuration schema is wrong: " + problems.getFirst(),
                    "su esquema de configuración está mal: " + problems.getFirst(),
                    null);
        }
    }

    /** The interface a factory of this kind implements. */
    public static Class<? extends ProviderFactory<? extends Provider>> factoryType(Kind kind) {
        return switch (kind) {
            case COMPUTE -> ComputeBackendFactory.class;
            case OFFERING -> OfferingFactory.class;
            case MESSAGING -> MessagingFactory.class;
            case LISTENER -> ListenerFactory.class;
            case FISCAL -> FiscalIssuerFactory.class;
            case PAYMENT -> PaymentProviderFactory.class;
        };
    }

    /**
     * Starts the plugin; most have nothing to start.
     *
     * @throws PluginRejected {@code CODE_FAILED} with what its code threw, errors included
     */
    public void start() {
        SinglePlugin current = plugin;
        if (current == null) {
            throw new IllegalStateException("The plugin is closed");
        }
        try {
            current.start();
        } catch (Throwable e) {
            throw new PluginRejected(
                    Code.CODE_FAILED,
                    "Its start failed: " + described(e),
                    "Falló al arrancar: " + described(e),
                    e);
        }
    }

    /**
     * Stops the plugin.
     *
     * @throws PluginRejected {@code CODE_FAILED} with what its code threw
     */
    public void stop() {
        SinglePlugin current = plugin;
        if (current == null) {
            return;
        }
        try {
            current.stop();
        } catch (Throwable e) {
            throw new PluginRejected(
                    Code.CODE_FAILED,
                    "Its stop failed: " + described(e),
                    "Falló al detenerse: " + described(e),
                    e);
        }
    }

    public PluginManifest manifest() {
        return unpacked.manifest();
    }

    public String sha256() {
        return unpacked.sha256();
    }

    /** The private copy it was loaded from. */
    public Path jar() {
        return unpacked.jar();
    }

    /** The factories, in the order of the index; empty once closed. */
    public List<Contribution> contributions() {
        return contributions;
    }

    /** For the context class loader while the plugin's code runs. */
    public ClassLoader classLoader() {
        PluginClassLoader current = loader;
        if (current == null) {
            throw new IllegalStateException("The plugin is closed");
        }
        return current;
    }

    /** A file of the plugin's own jar, for example {@code ui/ui-plugin.json}. */
    public Optional<byte[]> file(String path) {
        PluginClassLoader current = loader;
        if (current == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(current.ownFile(path));
        } catch (IOException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    /** Closes the jars and lets go of every class. Idempotent. */
    @Override
    public void close() {
        PluginClassLoader current = loader;
        contributions = List.of();
        plugin = null;
        loader = null;
        if (current != null) {
            close(current);
        }
    }

    private static void close(PluginClassLoader loader) {
        try {
            loader.close();
        } catch (IOException e) {
            // Nothing to be done about a jar that cannot be closed; the leak check will tell.
            return;
        }
    }

    /** What shows, after {@link #close}, whether the plugin's classes are gone. */
    public Trace trace() {
        return new Trace(trace);
    }

    /** Watches a closed plugin's class loader without holding it. */
    public static final class Trace {

        private final WeakReference<ClassLoader> loader;

        private Trace(WeakReference<ClassLoader> loader) {
            this.loader = loader;
        }

        /**
         * Asks for garbage collections until the classes are gone.
         *
         * @return false when something still holds them after that time
         */
        public boolean collected(Duration within) throws InterruptedException {
            long end = System.nanoTime() + within.toNanos();
            long pause = 5;
            while (true) {
                System.gc();
                if (loader.refersTo(null)) {
                    return true;
                }
                if (System.nanoTime() >= end) {
                    return false;
                }
                Thread.sleep(pause);
                pause = Math.min(500, pause * 2);
            }
        }

        /** Whether the classes are gone by now; asks for no collection. */
        public boolean isCollected() {
            return loader.refersTo(null);
        }

        /** Names of live threads that were left behind by the plugin. */
        public List<String> threads() {
            ClassLoader held = loader.get();
            if (held == null) {
                return List.of();
            }
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread ->
                            thread.getContextClassLoader() == held
                                    || thread.getClass().getClassLoader() == held)
                    .map(Thread::getName)
                    .sorted()
                    .toList();
        }
    }

    /** An exception in one line, down to its root: type and message, never its stack. */
    static String described(Throwable thrown) {
        Throwable root = thrown;
        for (int i = 0; i < 20 && root.getCause() != null && root.getCause() != root; i++) {
            root = root.getCause();
        }
        String message;
        try {
            message = root.getMessage();
        } catch (RuntimeException e) {
            message = null;
        }
        String name = root.getClass().getSimpleName();
        return PluginManifest.shown(name)
                + (message == null || message.isEmpty() ? "" : ": " + shortened(message));
    }

    private static String shortened(String message) {
        String line = message.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }

    private static PluginRejected extension(
            String name, String english, String spanish, @Nullable Throwable cause) {
        String shown = PluginManifest.shown(name);
        return new PluginRejected(
                Code.BAD_EXTENSION,
                "The extension " + shown + " cannot be used: " + english + ".",
                "La extensión " + shown + " no se puede usar: " + spanish + ".",
                cause);
    }
}
