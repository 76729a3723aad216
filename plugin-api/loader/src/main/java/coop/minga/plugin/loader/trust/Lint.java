package coop.minga.plugin.loader.trust;

import coop.minga.plugin.loader.UnpackedPlugin;
import coop.minga.plugin.loader.trust.LintFinding.Risk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.reflect.AccessFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Looks through the bytecode of a plugin and its libraries for calls that reach beyond it. Reads
 * names in constant pools only, so that large libraries take a moment and no code runs; reflection
 * gets around it.
 */
public final class Lint {

    private static final Set<String> SYSTEM_WIDE =
            Set.of(
                    "setProperty",
                    "setProperties",
                    "clearProperty",
                    "setOut",
                    "setErr",
                    "setIn",
                    "setSecurityManager");
    private static final Set<String> LIBRARY_LOADS = Set.of("load", "loadLibrary");

    private final Map<Risk, Integer> classes = new EnumMap<>(Risk.class);
    private final Map<Risk, List<String>> places = new EnumMap<>(Risk.class);

    private Lint() {}

    /**
     * What was found, the gravest first; each risk at most once.
     *
     * @throws UncheckedIOException when the private copy cannot be read
     */
    public static List<LintFinding> findings(UnpackedPlugin plugin) {
        Lint lint = new Lint();
        lint.jar(plugin.jar(), "");
        for (Path library : plugin.libraries()) {
            lint.jar(library, "lib/" + library.getFileName() + "!");
        }
        List<LintFinding> findings = new ArrayList<>();
        lint.classes.forEach((risk, count) ->
                findings.add(
                        new LintFinding(risk, count, lint.places.getOrDefault(risk, List.of()))));
        return findings;
    }

    private void jar(Path path, String prefix) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.getName().endsWith(".class")) {
                    continue;
                }
                try (InputStream in = zip.getInputStream(entry)) {
                    note(prefix, entry.getName(), risks(in.readAllBytes()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void note(String prefix, String entry, Set<Risk> risks) {
        String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        for (Risk risk : risks) {
            classes.merge(risk, 1, Integer::sum);
            List<String> named = places.computeIfAbsent(risk, _ -> new ArrayList<>());
            if (named.size() < LintFinding.PLACES) {
                named.add(prefix + name);
            }
        }
    }

    /** What one class does; nothing for bytes that are no class, which no loader defines either. */
    static Set<Risk> risks(byte[] bytes) {
        Set<Risk> risks = EnumSet.noneOf(Risk.class);
        try {
            ClassModel model = ClassFile.of().parse(bytes);
            for (PoolEntry entry : model.constantPool()) {
                if (entry instanceof MemberRefEntry member) {
                    member(member.owner().asInternalName(), member.name().stringValue(), risks);
                } else if (entry instanceof ClassEntry type && isInternal(type.asInternalName())) {
                    risks.add(Risk.UNSAFE);
                }
            }
            if (model.methods().stream().anyMatch(m -> m.flags().has(AccessFlag.NATIVE))) {
                risks.add(Risk.NATIVE);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return risks;
        }
        return risks;
    }

    private static boolean isInternal(String type) {
        return type.equals("sun/misc/Unsafe") || type.startsWith("jdk/internal/");
    }

    private static void member(String owner, String name, Set<Risk> risks) {
        switch (owner) {
            case "java/lang/System" -> {
                if (name.equals("exit")) {
                    risks.add(Risk.EXIT);
                } else if (LIBRARY_LOADS.contains(name)) {
                    risks.add(Risk.NATIVE);
                } else if (SYSTEM_WIDE.contains(name)) {
                    risks.add(Risk.DEFAULTS);
                }
            }
            case "java/lang/Runtime" -> {
                if (name.equals("exit") || name.equals("halt")) {
                    risks.add(Risk.EXIT);
                } else if (name.equals("exec")) {
                    risks.add(Risk.EXEC);
                } else if (LIBRARY_LOADS.contains(name)) {
                    risks.add(Risk.NATIVE);
                } else if (name.equals("addShutdownHook")) {
                    risks.add(Risk.DEFAULTS);
                }
            }
            case "java/lang/ProcessBuilder" -> risks.add(Risk.EXEC);
            case "java/lang/foreign/Linker", "java/lang/foreign/SymbolLookup" ->
                    risks.add(Risk.NATIVE);
            default -> {
                if (isProcessWide(owner, name)) {
                    risks.add(Risk.DEFAULTS);
                }
            }
        }
    }

    private static boolean isProcessWide(String owner, String name) {
        return switch (owner) {
            case "java/lang/Thread" -> name.equals("setDefaultUncaughtExceptionHandler");
            case "java/net/URL" -> name.equals("setURLStreamHandlerFactory");
            case "java/net/URLConnection" ->
                    Set.of("setContentHandlerFactory", "setDefaultUseCaches", "setFileNameMap")
                            .contains(name);
            case "java/net/HttpURLConnection" -> name.equals("setFollowRedirects");
            case "javax/net/ssl/HttpsURLConnection" -> name.startsWith("setDefault");
            case "java/security/Security" ->
                    Set.of("addProvider", "insertProviderAt", "removeProvider", "setProperty")
                            .contains(name);
            case "java/util/Locale",
                    "java/util/TimeZone",
                    "java/net/Authenticator",
                    "java/net/CookieHandler",
                    "java/net/ProxySelector",
                    "java/net/ResponseCache",
                    "javax/net/ssl/SSLContext" ->
                    name.equals("setDefault");
            default -> false;
        };
    }
}
