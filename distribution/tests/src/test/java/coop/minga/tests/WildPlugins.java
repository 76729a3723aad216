package coop.minga.tests;

import coop.minga.plugin.testkit.SourceJar;

import java.util.LinkedHashMap;
import java.util.Map;

/** Plugins that do to a host what it must outlive. */
final class WildPlugins {

    private static final String SPIN = "while (true) { Thread.onSpinWait(); }";
    private static final String HANG =
            "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { } }";

    private WildPlugins() {}

    /** An offering with a plugin class that does something. */
    private static SourceJar acting(String id, String onStart, String onStop) {
        return SourceJar.offering(id)
                .manifest("Plugin-Class", "sample.Acting")
                .source(
                        "sample.Acting",
                        "package sample; public class Acting extends org.pf4j.Plugin {"
                                + " @Override public void start() { "
                                + onStart
                                + " } @Override public void stop() { "
                                + onStop
                                + " } }");
    }

    private static String thread(String name, boolean daemon, String body) {
        return "Thread t = new Thread(() -> { "
                + body
                + " }, \""
                + name
                + "\"); t.setDaemon("
                + daemon
                + "); t.start();";
    }

    /** Those that leave the host running, by file name. */
    static Map<String, SourceJar> all() {
        Map<String, SourceJar> jars = new LinkedHashMap<>();
        jars.put("wild-start-spins.jar", acting("wild-start-spins", SPIN, ""));
        jars.put("wild-start-hangs.jar", acting("wild-start-hangs", HANG, ""));
        jars.put("wild-stop-spins.jar", acting("wild-stop-spins", "", SPIN));
        jars.put("wild-stop-hangs.jar", acting("wild-stop-hangs", "", HANG));
        jars.put(
                "wild-exits.jar",
                acting("wild-exits", thread("exits", true, "System.exit(9);"), ""));
        jars.put(
                "wild-halts.jar",
                acting("wild-halts", thread("halts", true, "Runtime.getRuntime().halt(9);"), ""));
        jars.put("wild-stays.jar", acting("wild-stays", thread("stays", false, HANG), ""));
        jars.put(
                "wild-floods.jar",
                acting(
                        "wild-floods",
                        thread(
                                "floods",
                                true,
                                "org.slf4j.Logger log ="
                                        + " org.slf4j.LoggerFactory.getLogger(\"wild\");"
                                        + " String line = \"flood \".repeat(50);"
                                        + " for (int i = 0; i < 200_000; i++) {"
                                        + " log.error(line); System.out.println(line);"
                                        + " System.err.println(line); }"),
                        ""));
        jars.put(
                "wild-blocks-the-end.jar",
                acting(
                        "wild-blocks-the-end",
                        "Runtime.getRuntime().addShutdownHook(new Thread(() -> { " + HANG + " }));",
                        ""));
        return jars;
    }

    /** Takes all the memory there is. */
    static SourceJar hungry() {
        return acting(
                "wild-hungry",
                "java.util.List<byte[]> all = new java.util.ArrayList<>();"
                        + " while (true) { all.add(new byte[8 << 20]); }",
                "");
    }
}
