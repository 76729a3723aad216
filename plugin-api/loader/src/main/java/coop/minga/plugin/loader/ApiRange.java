package coop.minga.plugin.loader;

import coop.minga.plugin.loader.PluginRejected.Code;

/** Whether a plugin was made for the plugin API that a host offers. */
public final class ApiRange {

    private ApiRange() {}

    /**
     * @param host the version of the plugin API that is there
     * @throws PluginRejected {@code WRONG_VERSION} saying which side is too old
     */
    public static void require(PluginManifest manifest, SemVer host) {
        if (manifest.requires().admits(host)) {
            return;
        }
        String needs = "plugin-api " + manifest.requires();
        if (manifest.requires().isAbove(host)) {
            throw new PluginRejected(
                    Code.WRONG_VERSION,
                    "It needs "
                            + needs
                            + ", this host has "
                            + host
                            + ": upgrade Minga, or install a version of "
                            + manifest.id()
                            + " older than "
                            + manifest.version()
                            + ".",
                    "Necesita "
                            + needs
                            + ", este anfitrión tiene "
                            + host
                            + ": actualiza Minga o instala una versión de "
                            + manifest.id()
                            + " anterior a "
                            + manifest.version()
                            + ".");
        }
        throw new PluginRejected(
                Code.WRONG_VERSION,
                "It needs "
                        + needs
                        + ", this host has "
                        + host
                        + ": install a version of "
                        + manifest.id()
                        + " newer than "
                        + manifest.version()
                        + ".",
                "Necesita "
                        + needs
                        + ", este anfitrión tiene "
                        + host
                        + ": instala una versión de "
                        + manifest.id()
                        + " posterior a "
                        + manifest.version()
                        + ".");
    }
}
