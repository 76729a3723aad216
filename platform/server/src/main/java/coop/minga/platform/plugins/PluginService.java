package coop.minga.platform.plugins;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.ArchiveLimits;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.PluginRejected.Code;
import coop.minga.plugin.loader.UnpackedPlugin;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What operators do with plugins, and the plugins directory. Everything that changes goes through
 * {@link #reconcile}, one at a time; what others see are immutable lists.
 */
public final class PluginService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PluginService.class);
    private static final String CACHE_NAME = "plugins";
    private static final Pattern FILE_NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}\\.jar");

    /** Who does something to a plugin, for the audit log. */
    public record Actor(String account, String address, String traceId) {}

    private final PluginsConfig config;
    private final Db db;
    private final Audit audit;
    private final Events events;
    private final PluginStore store = new PluginStore();
    private final PluginTrust trust;
    private final PluginCache cache;
    private final Reconciler reconciler;
    private final List<Function<String, Optional<Text>>> removalChecks = new ArrayList<>();
    private @Nullable DirectoryWatch watch;

    /**
     * Reads what the process before left behind; runs nothing yet.
     *
     * @throws CannotStart when the host's own files cannot be written
     */
    public PluginService(PluginsConfig config, Db db, Audit audit, Events events, Clock clock) {
        this(
                config,
                new PluginCache(config.cache(), ArchiveLimits.standard()),
                db,
                audit,
                events,
                clock);
    }

    /**
     * The same with jars that are being read already.
     *
     * @param cache what {@link #readAhead} gave
     */
    public PluginService(
            PluginsConfig config,
            PluginCache cache,
            Db db,
            Audit audit,
            Events events,
            Clock clock) {
        this.config = config;
        this.db = db;
        this.audit = audit;
        this.events = events;
        this.trust = new PluginTrust(config.trust());
        this.cache = cache;
        this.reconciler =
                new Reconciler(config, () -> db.read(store::disabled), trust, cache, clock);
        events.onInvalidate(
                CACHE_NAME,
                id -> Thread.ofVirtual().name("plugins-changed").start(this::reconcile));
    }

    /** Begins to copy and hash the jars that are there, while others wait for the database. */
    public static PluginCache readAhead(PluginsConfig config) {
        PluginCache cache = new PluginCache(config.cache(), ArchiveLimits.standard());
        cache.anticipate(config.directory());
        return cache;
    }

    /** Adds an observer; before {@link #start}. */
    public void observe(PluginObserver observer) {
        reconciler.observe(observer);
    }

    /** Asked before a plugin's file is deleted; a text means no, and why. */
    public void beforeRemoval(Function<String, Optional<Text>> check) {
        removalChecks.add(check);
    }

    /** What operators should know at a glance; empty when all is as it should be. */
    public Optional<String> note() {
        return reconciler.note();
    }

    /** Loads and starts what is there, then watches the directory. */
    public void start() {
        // Jar connections are cached for ever by default, which would keep removed plugins open.
        URLConnection.setDefaultUseCaches("jar", false);
        try {
            Files.createDirectories(config.directory());
        } catch (IOException e) {
            if (!Files.isDirectory(config.directory())) {
                throw new CannotStart(
                        "The plugins directory "
                                + config.directory()
                                + " cannot be created: "
                                + e.getMessage()
                                + ". Create it, or set MINGA_PLUGINS_DIR.",
                        e);
            }
        }
        reconcile();
        cache.prune(reconciler.hashesInUse());
        try {
            watch = DirectoryWatch.start(config.directory(), trust::stamps, this::reconcile);
        } catch (IOException e) {
            LOG.warn(
                    "Plugins dropped into {} are not noticed until a restart: {}",
                    config.directory(),
                    e.toString());
        }
    }

    /** Every plugin, by file name. */
    public List<PluginView> list() {
        return reconciler.views();
    }

    /** The plugin used under an id, else a failed one of that id or file name. */
    public Optional<PluginView> find(String id) {
        return list().stream()
                .filter(view -> view.id().equals(id))
                .min(
                        Comparator.comparing((PluginView view) ->
                                        view.state() == PluginState.FAILED
                                                || view.state() == PluginState.CONSENT)
                                .thenComparing(view ->
                                        view.reason() != null
                                                && view.reason().code().equals("duplicate")));
    }

    /** Looks at the directory and makes what runs equal to it. */
    public void reconcile() {
        reconciler.reconcile();
    }

    /**
     * Puts an uploaded jar into the plugins directory after checking it.
     *
     * @param fileName as the browser names it
     * @return what became of it
     */
    public PluginView install(Actor actor, String fileName, byte[] jar) {
        if (!trust.mayUpload()) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.FORBIDDEN, "plugins.upload-off"),
                    "This host takes no plugins over the web. Copy the jar into the plugins"
                            + " directory on the server, or set plugins.upload to on.",
                    "Este anfitrión no acepta plugins por la web. Copia el jar al directorio de"
                            + " plugins en el servidor o pon plugins.upload en on.");
        }
        if (!FILE_NAME.matcher(fileName).matches()) {
            throw MingaException.invalid(
                    "query:filename",
                    "malformed",
                    "A plugin's file name has letters, digits, dots, dashes and underscores and"
                            + " ends with .jar.",
                    "El nombre del archivo de un plugin lleva letras, dígitos, puntos, guiones y"
                            + " guiones bajos y termina en .jar.");
        }
        Path target = config.directory().resolve(fileName);
        Path draft = config.directory().resolve("." + fileName + ".upload");
        UnpackedPlugin unpacked;
        try {
            Files.write(draft, jar);
            unpacked = cache.admit(draft, hash -> {});
            if (trust.judge(fileName, unpacked) instanceof Verdict.Refused refused) {
                throw refused.rejected();
            }
            if (Files.exists(target) && !reconciler.holdsOtherVersion(target, unpacked)) {
                throw new FileAlreadyExistsException(fileName);
            }
            audit(
                    actor,
                    "plugin.installed",
                    unpacked.manifest().id(),
                    Map.of(
                            "file", fileName,
                            "sha256", unpacked.sha256(),
                            "version", unpacked.manifest().version().toString()));
            Files.move(
                    draft,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (PluginRejected e) {
            throw refused(e);
        } catch (FileAlreadyExistsException e) {
            throw MingaException.of(
                    ErrorCode.conflict("plugins.file-exists"),
                    "There is a plugin file of this name already. Remove it first, or rename"
                            + " yours.",
                    "Ya hay un archivo de plugin con ese nombre. Quítalo primero o renombra el"
                            + " tuyo.");
        } catch (IOException e) {
            throw cannotWrite(e);
        } finally {
            delete(draft);
        }
        reconcile();
        return list().stream()
                .filter(view -> view.file().equals(fileName))
                .findFirst()
                .orElseThrow(Ids::noSuchThing);
    }

    /**
     * Lets a plugin run that waits for consent.
     *
     * @param sha256 of the file the operator saw
     */
    public PluginView approve(Actor actor, String id, String sha256) {
        require(id);
        Reconciler.Seen seen = reconciler.seen(id, sha256).orElseThrow(PluginTrust::notWhatWasSeen);
        try {
            db.useTransaction(handle -> {
                audit.record(
                        handle,
                        entry(
                                actor,
                                "plugin.approved",
                                id,
                                trust.approval(seen.fileName(), seen.plugin())));
                trust.consent(seen.fileName(), seen.plugin());
            });
        } catch (PluginRejected e) {
            throw refused(e);
        }
        reconcile();
        return list().stream()
                .filter(view -> view.sha256().equals(sha256))
                .findFirst()
                .orElseGet(() -> require(id));
    }

    /** What applies to jars nobody decided about. */
    public TrustPolicy policy() {
        return trust.policy();
    }

    /** Whether {@link #install} takes anything. */
    public boolean mayUpload() {
        return trust.mayUpload();
    }

    private static MingaException refused(PluginRejected rejected) {
        ErrorCode code =
                rejected.code() == Code.NOT_APPROVED
                        ? ErrorCode.conflict("plugins.not-approved")
                        : ErrorCode.user("plugins." + rejected.code().id());
        return new MingaException(code, rejected.reason());
    }

    private MingaException cannotWrite(IOException cause) {
        LOG.warn("Cannot write into {}", config.directory(), cause);
        return new MingaException(
                        ErrorCode.conflict("plugins.directory-read-only"),
                        Text.of(
                                "The plugins directory cannot be written. Put the file there by"
                                        + " hand, or change its permissions.",
                                "No se puede escribir en el directorio de plugins. Pon el archivo"
                                        + " a mano o cambia sus permisos."))
                .causedBy(cause);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("Left behind: {}", file, e);
        }
    }

    /** Lets a plugin run again that was switched off. */
    public PluginView enable(Actor actor, String id) {
        require(id);
        // First: whoever hears of the change looks at once, and must not start it twice.
        reconciler.forget(id);
        db.useTransaction(handle -> {
            store.enable(handle, id);
            audit.record(handle, entry(actor, "plugin.enabled", id, Map.of()));
            events.invalidate(handle, CACHE_NAME, id);
        });
        reconcile();
        return require(id);
    }

    /** Drains a plugin and keeps it off, over restarts and on every host. */
    public PluginView disable(Actor actor, String id) {
        require(id);
        db.useTransaction(handle -> {
            store.disable(handle, id, actor.account());
            audit.record(handle, entry(actor, "plugin.disabled", id, Map.of()));
            events.invalidate(handle, CACHE_NAME, id);
        });
        reconcile();
        return require(id);
    }

    /**
     * Starts a plugin anew from its file, also after it failed, and lets it take over from what
     * runs.
     */
    public PluginView reload(Actor actor, String id) {
        String file = require(id).file();
        audit(actor, "plugin.reloaded", id, Map.of());
        reconciler.forget(id);
        reconcile();
        // A file that could not be read before goes by its name until now.
        return list().stream()
                .filter(view -> view.file().equals(file))
                .findFirst()
                .orElseThrow(Ids::noSuchThing);
    }

    /**
     * Puts the version that ran before in the place of a plugin's file.
     *
     * @param sha256 of the version the operator saw
     * @throws MingaException 409 when none is kept, or another one by now
     */
    public PluginView rollBack(Actor actor, String id, String sha256) {
        PluginView now = require(id);
        Earlier earlier = now.earlier();
        if (earlier == null) {
            throw MingaException.of(
                    ErrorCode.conflict("plugins.no-earlier"),
                    "No earlier version of "
                            + id
                            + " is kept here: one is once a second version ran on this host."
                            + " Install the jar you want instead.",
                    "Aquí no se guarda ninguna versión anterior de "
                            + id
                            + ": la hay desde que una segunda versión corre en este anfitrión."
                            + " Instala el jar que quieras.");
        }
        if (!earlier.sha256().equals(sha256)) {
            throw PluginTrust.notWhatWasSeen();
        }
        try {
            reconciler.goBack(
                    id,
                    sha256,
                    () ->
                            audit(
                                    actor,
                                    "plugin.rolled-back",
                                    id,
                                    Map.of(
                                            "file", now.file(),
                                            "version", earlier.version(),
                                            "sha256", sha256)));
        } catch (PluginRejected e) {
            throw refused(e);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        reconcile();
        return require(id);
    }

    /**
     * Deletes a plugin's files and drains it.
     *
     * @throws MingaException 409 while something depends on it, saying what
     */
    public void remove(Actor actor, String id) {
        require(id);
        for (Function<String, Optional<Text>> check : removalChecks) {
            check.apply(id)
                    .ifPresent(why -> {
                        throw new MingaException(ErrorCode.conflict("plugins.in-use"), why);
                    });
        }
        audit(actor, "plugin.removed", id, Map.of());
        try {
            reconciler.delete(id);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        reconcile();
    }

    private PluginView require(String id) {
        return find(id).orElseThrow(Ids::noSuchThing);
    }

    private void audit(Actor actor, String action, String id, Map<String, Object> after) {
        db.useTransaction(handle -> audit.record(handle, entry(actor, action, id, after)));
    }

    private static Audit.Entry entry(
            Actor actor, String action, String id, Map<String, Object> after) {
        return new Audit.Entry(
                actor.account(),
                actor.address(),
                action,
                "plugin/" + id,
                Map.of(),
                new LinkedHashMap<>(after),
                actor.traceId());
    }

    /** Drains and stops every plugin, each under its deadline. */
    @Override
    public void close() {
        DirectoryWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        reconciler.close();
    }
}
