package coop.minga.platform.plugins;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.PluginRejected.Code;
import coop.minga.plugin.loader.UnpackedPlugin;

/** Why a jar may not run or has to wait, and what to do about it, in words. */
final class Refusals {

    private Refusals() {}

    static PluginRejected denied(PluginManifest manifest, Text why) {
        return new PluginRejected(
                Code.DENIED,
                named(manifest)
                        + " is on the list of known-bad versions: "
                        + sentence(why.in("en"))
                        + " Install another version.",
                named(manifest)
                        + " está en la lista de versiones malas conocidas: "
                        + sentence(why.in("es"))
                        + " Instala otra versión.");
    }

    static PluginRejected invalidSignature(Text why) {
        return new PluginRejected(
                Code.INVALID_SIGNATURE,
                "Its signature is not valid: "
                        + why.in("en")
                        + ". Get the file again from its publisher.",
                "Su firma no es válida: "
                        + why.in("es")
                        + ". Consigue el archivo de nuevo de quien lo publica.");
    }

    static PluginRejected copyChanged(String version) {
        return new PluginRejected(
                Code.MODIFIED,
                "The copy of version "
                        + version
                        + " that was kept here is not what ran. Install that version from its"
                        + " publisher.",
                "La copia de la versión "
                        + version
                        + " que se guardó aquí no es la que corrió. Instala esa versión desde quien"
                        + " la publica.");
    }

    static PluginRejected modified(Text what) {
        return new PluginRejected(
                Code.MODIFIED,
                "It is not what its publisher signed: "
                        + what.in("en")
                        + " after it was signed. Get the file again from its publisher.",
                "No es lo que firmó quien lo publica: "
                        + what.in("es")
                        + " después de firmarlo. Consigue el archivo de nuevo de quien lo"
                        + " publica.");
    }

    static PluginRejected notAsItCame(String fileName) {
        return new PluginRejected(
                Code.MODIFIED,
                "It is named like a plugin that came with this version of Minga, but is not that"
                        + " file: copy "
                        + fileName
                        + " from the installation again, rename your own, or run 'minga plugin"
                        + " approve --anyway "
                        + fileName
                        + "'.",
                "Se llama como un plugin que vino con esta versión de Minga, pero no es ese"
                        + " archivo: copia "
                        + fileName
                        + " otra vez de la instalación, cambia el nombre del tuyo o ejecuta 'minga"
                        + " plugin approve --anyway "
                        + fileName
                        + "'.");
    }

    static PluginRejected downgrade(PluginManifest manifest, PluginLock.Entry approved) {
        return new PluginRejected(
                Code.DOWNGRADE,
                "Version "
                        + manifest.version()
                        + " is lower than the approved "
                        + approved.version()
                        + ": install that one or a newer one. To go back on purpose, run 'minga"
                        + " plugin approve --anyway "
                        + manifest.id()
                        + "'.",
                "La versión "
                        + manifest.version()
                        + " es menor que la aprobada, "
                        + approved.version()
                        + ": instala esa o una más nueva. Para volver atrás a propósito, ejecuta"
                        + " 'minga plugin approve --anyway "
                        + manifest.id()
                        + "'.");
    }

    static PluginRejected signatureMissing(PluginManifest manifest, PluginLock.Entry approved) {
        return new PluginRejected(
                Code.SIGNATURE_MISSING,
                "The approved version "
                        + approved.version()
                        + " was signed by "
                        + approved.publisher()
                        + ", this file is not: get it from "
                        + approved.publisher()
                        + ". If you trust it all the same, run 'minga plugin approve --anyway "
                        + manifest.id()
                        + "'.",
                "La versión aprobada, "
                        + approved.version()
                        + ", estaba firmada por "
                        + approved.publisher()
                        + " y este archivo no: consíguelo de "
                        + approved.publisher()
                        + ". Si aun así confías en él, ejecuta 'minga plugin approve --anyway "
                        + manifest.id()
                        + "'.");
    }

    static PluginRejected hashDiffers(PluginManifest manifest, PluginLock.Entry approved) {
        return new PluginRejected(
                Code.HASH_DIFFERS,
                "It is another file than the approved "
                        + named(manifest)
                        + " (SHA-256 "
                        + approved.sha256().substring(0, 12)
                        + "…): put that file back. If the change is yours, run 'minga plugin"
                        + " approve --anyway "
                        + manifest.id()
                        + "'.",
                "Es un archivo distinto del "
                        + named(manifest)
                        + " aprobado (SHA-256 "
                        + approved.sha256().substring(0, 12)
                        + "…): repón ese archivo. Si el cambio es tuyo, ejecuta 'minga plugin"
                        + " approve --anyway "
                        + manifest.id()
                        + "'.");
    }

    static PluginRejected notApproved(UnpackedPlugin plugin, Standing standing) {
        String id = plugin.manifest().id();
        return new PluginRejected(
                Code.NOT_APPROVED,
                "This host runs approved plugins only (policy 'locked'), and "
                        + named(plugin.manifest())
                        + " is none. If you trust it, run 'minga plugin approve "
                        + id
                        + "' on the server."
                        + stranger(standing).in("en"),
                "Este anfitrión solo ejecuta plugins aprobados (política 'locked') y "
                        + named(plugin.manifest())
                        + " no lo está. Si confías en él, ejecuta 'minga plugin approve "
                        + id
                        + "' en el servidor."
                        + stranger(standing).in("es"));
    }

    static Reason waits(PluginManifest manifest, Standing standing) {
        boolean changed = standing.signature() == SignatureState.MODIFIED;
        String english =
                changed ? "It is another file than the approved " + named(manifest) + ". " : "";
        String spanish =
                changed ? "Es un archivo distinto del " + named(manifest) + " aprobado. " : "";
        return Reason.of(
                "consent",
                english
                        + "It waits for consent: look at what it asks for under Admin → Plugins, or"
                        + " run 'minga plugin approve "
                        + manifest.id()
                        + "'."
                        + stranger(standing).in("en"),
                spanish
                        + "Espera consentimiento: mira lo que pide en Administración → Plugins o"
                        + " ejecuta 'minga plugin approve "
                        + manifest.id()
                        + "'."
                        + stranger(standing).in("es"));
    }

    private static Text stranger(Standing standing) {
        if (standing.stranger().isEmpty()) {
            return Text.of("");
        }
        return Text.of(
                " It is signed with the key "
                        + standing.stranger()
                        + ", which is none of those in plugins.publishers.",
                " Está firmado con la clave "
                        + standing.stranger()
                        + ", que no es ninguna de las de plugins.publishers.");
    }

    private static String named(PluginManifest manifest) {
        return manifest.id() + " " + manifest.version();
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }
}
