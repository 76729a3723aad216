package coop.minga.platform.plugins;

import static coop.minga.platform.plugins.Verdict.Remedy.APPROVE;
import static coop.minga.platform.plugins.Verdict.Remedy.APPROVE_ANYWAY;
import static coop.minga.platform.plugins.Verdict.Remedy.NONE;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.plugins.Verdict.Admitted;
import coop.minga.platform.plugins.Verdict.Refused;
import coop.minga.platform.plugins.Verdict.Remedy;
import coop.minga.platform.plugins.Verdict.Waiting;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.ApiRange;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.UnpackedPlugin;
import coop.minga.plugin.loader.trust.JarSignature;
import coop.minga.plugin.loader.trust.Lint;
import coop.minga.plugin.loader.trust.LintFinding;
import coop.minga.plugin.loader.trust.SignatureCheck;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides whose code may run: by the list of what came with the host, the operator's approvals,
 * publishers' signatures, known-bad versions, and the policy for the rest. Thread-safe.
 */
final class PluginTrust {

    private static final Logger LOG = LoggerFactory.getLogger(PluginTrust.class);

    private final TrustConfig config;
    private final PluginLock lock;
    private final Map<String, List<LintFinding>> findings = new ConcurrentHashMap<>();
    private volatile Known known;

    /**
     * @throws CannotStart naming the file that cannot be read
     */
    PluginTrust(TrustConfig config) {
        this.config = config;
        this.lock = new PluginLock(config.lockFile());
        this.known = Known.read(config);
    }

    TrustPolicy policy() {
        return config.policy();
    }

    boolean mayUpload() {
        return config.upload();
    }

    /** Equal as long as the trust files are the same. */
    List<String> stamps() {
        return Known.stamps(config);
    }

    /**
     * Reads the trust files anew when they changed.
     *
     * @return whether verdicts may be others now
     */
    boolean refresh() {
        Known before = known;
        List<String> stamps = Known.stamps(config);
        if (stamps.equals(before.stamps())) {
            return false;
        }
        try {
            known = Known.read(config);
        } catch (CannotStart e) {
            LOG.error("What plugins may run stays as it was: {}", e.getMessage());
            known = new Known(before.lock(), before.core(), before.deny(), stamps);
        }
        return true;
    }

    /** Whether a plugin whose bytes are in order may run, by what is known now. */
    Verdict judge(String fileName, UnpackedPlugin plugin) {
        Known now = known;
        PluginManifest manifest = plugin.manifest();
        boolean core = now.core().has(plugin.sha256());
        Optional<SignatureCheck> check = core ? Optional.empty() : signature(plugin);
        Standing standing =
                check.map(PluginTrust::standing).orElse(Standing.of(SignatureState.CORE, ""));
        Optional<Text> denied = now.deny().reason(manifest, plugin.sha256());
        if (denied.isPresent()) {
            return refused(standing, Refusals.denied(manifest, denied.get()), NONE);
        }
        try {
            ApiRange.require(manifest, LoadedPlugin.API_VERSION);
        } catch (PluginRejected e) {
            return refused(standing, e, NONE);
        }
        if (core) {
            return new Admitted(standing, Grant.all(manifest));
        }
        return switch (check.orElseGet(SignatureCheck.Unsigned::new)) {
            case SignatureCheck.Invalid(Text why) ->
                    refused(standing, Refusals.invalidSignature(why), NONE);
            case SignatureCheck.Modified(Text what) ->
                    refused(standing, Refusals.modified(what), NONE);
            case SignatureCheck.Signed _ -> byLock(now, fileName, plugin, standing);
            case SignatureCheck.UnknownPublisher _, SignatureCheck.Unsigned _ ->
                    byLock(now, fileName, plugin, standing);
        };
    }

    /**
     * Whether a version that ran here before may go on in place of one that cannot run: what was
     * approved since is another version, which says nothing against it.
     */
    Verdict judgeBefore(String fileName, UnpackedPlugin plugin) {
        Verdict verdict = judge(fileName, plugin);
        if (verdict instanceof Admitted
                || verdict instanceof Refused refused && refused.remedy() == NONE) {
            return verdict;
        }
        PluginManifest manifest = plugin.manifest();
        PluginLock.Entry entry = known.lock().get(manifest.id());
        // Without any approval left there is nothing it could go on by.
        return entry == null
                ? verdict
                : new Admitted(verdict.standing(), entry.grant().of(manifest));
    }

    private Optional<SignatureCheck> signature(UnpackedPlugin plugin) {
        try {
            return Optional.of(JarSignature.check(plugin.jar(), config.publishers()));
        } catch (IOException e) {
            LOG.warn("The signature of {} cannot be checked", plugin.manifest().id(), e);
            return Optional.of(
                    new SignatureCheck.Invalid(Text.of("it cannot be read", "no se puede leer")));
        }
    }

    private static Standing standing(SignatureCheck check) {
        return switch (check) {
            case SignatureCheck.Signed(String publisher) ->
                    Standing.of(SignatureState.SIGNED, publisher);
            case SignatureCheck.Unsigned _ -> Standing.unsigned();
            case SignatureCheck.UnknownPublisher(String fingerprint) ->
                    Standing.signedByStranger(fingerprint);
            case SignatureCheck.Modified _ -> Standing.of(SignatureState.MODIFIED, "");
            case SignatureCheck.Invalid _ -> Standing.of(SignatureState.INVALID, "");
        };
    }

    private Verdict byLock(Known now, String fileName, UnpackedPlugin plugin, Standing standing) {
        PluginManifest manifest = plugin.manifest();
        PluginLock.Entry entry = now.lock().get(manifest.id());
        if (entry != null && entry.sha256().equals(plugin.sha256())) {
            return new Admitted(standing.listed(), entry.grant().of(manifest));
        }
        if (now.core().names(fileName) && standing.publisher().isEmpty()) {
            return refused(standing.modified(), Refusals.notAsItCame(fileName), APPROVE_ANYWAY);
        }
        if (entry == null) {
            return byPolicy(plugin, standing);
        }
        if (manifest.version().compareTo(entry.version()) < 0) {
            return refused(standing, Refusals.downgrade(manifest, entry), APPROVE_ANYWAY);
        }
        if (!entry.publisher().isEmpty() && !entry.publisher().equals(standing.publisher())) {
            return refused(standing, Refusals.signatureMissing(manifest, entry), APPROVE_ANYWAY);
        }
        if (manifest.version().compareTo(entry.version()) == 0) {
            return config.policy() == TrustPolicy.ASK
                    ? byPolicy(plugin, standing.modified())
                    : refused(
                            standing.modified(),
                            Refusals.hashDiffers(manifest, entry),
                            APPROVE_ANYWAY);
        }
        return byPolicy(plugin, standing);
    }

    private Verdict byPolicy(UnpackedPlugin plugin, Standing standing) {
        Grant asked = Grant.all(plugin.manifest());
        return switch (config.policy()) {
            case OPEN -> new Admitted(standing, asked);
            case LOCKED -> refused(standing, Refusals.notApproved(plugin, standing), APPROVE);
            case ASK ->
                    new Waiting(
                            standing.asking(consent(plugin)),
                            Refusals.waits(plugin.manifest(), standing));
        };
    }

    /** What an operator consents to who lets a plugin run. */
    Consent consent(UnpackedPlugin plugin) {
        Grant asked = Grant.all(plugin.manifest());
        return new Consent(
                asked.kinds(),
                asked.hosts(),
                findings.computeIfAbsent(plugin.sha256(), _ -> Lint.findings(plugin)),
                plugin.sha256());
    }

    /** The file an operator saw is there no more. */
    static MingaException notWhatWasSeen() {
        return MingaException.of(
                ErrorCode.conflict("plugins.changed"),
                "There is another file now than the one you saw. Look at the list again.",
                "Ahora hay otro archivo que el que viste. Mira la lista de nuevo.");
    }

    /** An approval as the audit log keeps it. */
    Map<String, Object> approval(String fileName, UnpackedPlugin plugin) {
        Consent consent = consent(plugin);
        Standing standing = judge(fileName, plugin).standing();
        return Map.of(
                "version", plugin.manifest().version().toString(),
                "sha256", plugin.sha256(),
                "signature", standing.signature().id(),
                "publisher", standing.publisher(),
                "kinds", consent.kinds(),
                "hosts", consent.hosts(),
                "findings", consent.findings().stream().map(each -> each.risk().id()).toList());
    }

    /**
     * Approves what an operator saw over HTTP: less than the command line on the server may.
     *
     * @throws PluginRejected when consent is not enough for it to run
     */
    void consent(String fileName, UnpackedPlugin plugin) {
        if (config.policy() == TrustPolicy.LOCKED) {
            throw MingaException.of(
                    ErrorCode.conflict("plugins.locked"),
                    "This host is locked: approve plugins on the server, with 'minga plugin"
                            + " approve "
                            + plugin.manifest().id()
                            + "'.",
                    "Este anfitrión está bloqueado: aprueba plugins en el servidor, con 'minga"
                            + " plugin approve "
                            + plugin.manifest().id()
                            + "'.");
        }
        writing(() -> approve(fileName, plugin, false));
    }

    /**
     * Lets a version run again that ran here before, with no more than its plugin is granted now.
     *
     * @throws PluginRejected when it may not
     */
    void readmit(String fileName, UnpackedPlugin plugin) {
        switch (judgeBefore(fileName, plugin)) {
            case Admitted admitted -> {
                if (!(judge(fileName, plugin) instanceof Admitted)) {
                    writing(() -> lock.put(entry(plugin, admitted.standing(), admitted.grant())));
                }
            }
            case Waiting waiting -> throw Refusals.notApproved(plugin, waiting.standing());
            case Refused refused -> throw refused.rejected();
        }
    }

    private void writing(Runnable change) {
        try {
            change.run();
        } catch (CannotStart e) {
            LOG.error("An approval is lost: {}", e.getMessage());
            throw MingaException.of(
                            ErrorCode.conflict("plugins.lock-read-only"),
                            "The approval cannot be written: "
                                    + config.lockFile()
                                    + ". Change its permissions.",
                            "No se puede escribir la aprobación: "
                                    + config.lockFile()
                                    + ". Cambia sus permisos.")
                    .causedBy(e);
        }
    }

    /**
     * Writes an approval of exactly this file, with all it asks for.
     *
     * @param anyway also when that goes against what was approved before
     * @throws PluginRejected when it may not run whoever approves it
     * @throws CannotStart when the lock cannot be written
     */
    void approve(String fileName, UnpackedPlugin plugin, boolean anyway) {
        Verdict verdict = judge(fileName, plugin);
        if (verdict instanceof Refused(Standing _, PluginRejected rejected, Remedy remedy)
                && (remedy == NONE || remedy == APPROVE_ANYWAY && !anyway)) {
            throw rejected;
        }
        Standing standing = verdict.standing();
        if (standing.signature() == SignatureState.CORE) {
            return;
        }
        lock.put(entry(plugin, standing, Grant.all(plugin.manifest())));
    }

    private static PluginLock.Entry entry(UnpackedPlugin plugin, Standing standing, Grant grant) {
        PluginManifest manifest = plugin.manifest();
        return new PluginLock.Entry(
                manifest.id(), manifest.version(), plugin.sha256(), standing.publisher(), grant);
    }

    private static Refused refused(Standing standing, PluginRejected rejected, Remedy remedy) {
        return new Refused(standing, rejected, remedy);
    }
}
