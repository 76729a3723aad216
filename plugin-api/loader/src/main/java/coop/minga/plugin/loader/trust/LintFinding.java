package coop.minga.plugin.loader.trust;

import coop.minga.plugin.api.Text;

import java.util.List;

/**
 * Something in a plugin's bytecode that an operator should know of before it runs.
 *
 * @param risk what it is
 * @param classes how many classes do it
 * @param places some of them by name; those of a library inside as {@code lib/x.jar!org.x.Y}
 */
public record LintFinding(Risk risk, int classes, List<String> places) {

    /** How many places are named. */
    public static final int PLACES = 10;

    public LintFinding {
        places = List.copyOf(places);
    }

    /** What a plugin's code might do to its host. */
    public enum Risk {
        EXIT(
                "exit",
                "Ends the process. The host turns the direct calls into errors.",
                "Termina el proceso. El anfitrión convierte las llamadas directas en errores."),
        EXEC(
                "exec",
                "Starts other programs on this machine.",
                "Inicia otros programas en esta máquina."),
        UNSAFE(
                "unsafe",
                "Reaches past the checks of the Java runtime (Unsafe, JDK internals).",
                "Se salta los controles de Java (Unsafe, partes internas del JDK)."),
        NATIVE(
                "native",
                "Runs native code, which can crash the host.",
                "Ejecuta código nativo, que puede tumbar el anfitrión."),
        DEFAULTS(
                "defaults",
                "Changes settings of the whole process, for the host and every other plugin.",
                "Cambia ajustes de todo el proceso, para el anfitrión y los demás plugins.");

        private final String id;
        private final Text text;

        Risk(String id, String english, String spanish) {
            this.id = id;
            this.text = Text.of(english, spanish);
        }

        public String id() {
            return id;
        }

        /** One sentence for people. */
        public Text text() {
            return text;
        }
    }
}
