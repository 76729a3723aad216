package coop.minga.platform.app.dev;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.loader.ArchiveLimits;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.config.SchemaCheck;
import coop.minga.plugin.loader.trust.Lint;
import coop.minga.plugin.loader.trust.LintFinding;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What an author would like to hear before others do: about tests, schemas and words. */
final class Hints {

    private static final Map<Kind, String> CONTRACTS =
            Map.of(
                    Kind.COMPUTE, "ComputeBackendContract",
                    Kind.OFFERING, "OfferingBlueprintContract",
                    Kind.MESSAGING, "MessagingChannelContract",
                    Kind.LISTENER, "EventListenerContract",
                    Kind.FISCAL, "FiscalIssuerContract",
                    Kind.PAYMENT, "PaymentProviderContract");

    private static final String JAR_CONTRACT = "PluginJarContract";

    private static final Pattern RESULT =
            Pattern.compile("Tests run: \\d+, Failures: (\\d+), Errors: (\\d+)");

    private final Path target;
    private final PluginCache copies;

    /**
     * @param target the directory of the build
     * @param scratch for copies of jars
     */
    Hints(Path target, Path scratch) {
        this.target = target;
        this.copies = new PluginCache(scratch, ArchiveLimits.standard());
    }

    /** One sentence each; empty when there is nothing to say. */
    List<Text> about(Path jar, List<ProviderDescriptor> descriptors) {
        List<Text> hints = new ArrayList<>(about(descriptors));
        for (LintFinding finding : Lint.findings(copies.admit(jar, hash -> {}))) {
            String places = " (" + String.join(", ", finding.places()) + ")";
            hints.add(
                    Text.of(
                            "operators are asked about this: "
                                    + finding.risk().text().in("en")
                                    + places,
                            "a los operadores se les pregunta por esto: "
                                    + finding.risk().text().in("es")
                                    + places));
        }
        return hints;
    }

    List<Text> about(List<ProviderDescriptor> descriptors) {
        List<Text> hints = new ArrayList<>();
        for (ProviderDescriptor descriptor : descriptors) {
            aboutWords(descriptor, hints);
            for (String problem : SchemaCheck.problems(descriptor.schema())) {
                hints.add(
                        Text.of(
                                descriptor.id() + ", settings: " + problem,
                                descriptor.id() + ", ajustes: " + problem));
            }
        }
        aboutTests(descriptors, hints);
        return hints;
    }

    private static void aboutWords(ProviderDescriptor descriptor, List<Text> hints) {
        List<String> untold = new ArrayList<>();
        if (!speaksSpanish(descriptor.summary())) {
            untold.add("summary");
        }
        for (Field field : descriptor.schema().fields()) {
            if (!speaksSpanish(field.help()) && !field.help().in("en").isEmpty()) {
                untold.add(field.name() + ".help");
            }
        }
        if (!untold.isEmpty()) {
            hints.add(
                    Text.of(
                            descriptor.id() + " has no Spanish for " + String.join(", ", untold),
                            descriptor.id() + " no tiene español en " + String.join(", ", untold)));
        }
    }

    private static boolean speaksSpanish(Text text) {
        return text.byLanguage().containsKey("es");
    }

    private void aboutTests(List<ProviderDescriptor> descriptors, List<Text> hints) {
        List<String> missing = new ArrayList<>();
        String tested = testedClasses();
        for (ProviderDescriptor descriptor : descriptors) {
            String contract = CONTRACTS.getOrDefault(descriptor.kind(), JAR_CONTRACT);
            if (!tested.contains(contract) && !missing.contains(contract)) {
                missing.add(contract);
            }
        }
        if (!tested.contains(JAR_CONTRACT)) {
            missing.add(JAR_CONTRACT);
        }
        if (!missing.isEmpty()) {
            String names = String.join(", ", missing);
            hints.add(
                    Text.of(
                            "no test extends " + names + " of the contract kit",
                            "ninguna prueba extiende " + names + " del kit de contratos"));
        }
        long failures = failures();
        if (failures > 0) {
            hints.add(
                    Text.of(
                            failures
                                    + " tests of the last run failed: see "
                                    + target
                                    + "/*-reports",
                            "fallaron "
                                    + failures
                                    + " pruebas de la última corrida: mira "
                                    + target
                                    + "/*-reports"));
        }
    }

    /** Every name that compiled tests mention; class files hold names as plain text. */
    private String testedClasses() {
        StringBuilder all = new StringBuilder();
        for (Path file : files("test-classes", ".class")) {
            all.append(read(file));
        }
        return all.toString();
    }

    private long failures() {
        long failures = 0;
        for (String reports : List.of("surefire-reports", "failsafe-reports")) {
            for (Path file : files(reports, ".txt")) {
                Matcher result = RESULT.matcher(read(file));
                if (result.find()) {
                    failures += Long.parseLong(result.group(1)) + Long.parseLong(result.group(2));
                }
            }
        }
        return failures;
    }

    private List<Path> files(String directory, String suffix) {
        try (Stream<Path> found = Files.walk(target.resolve(directory))) {
            return found.filter(path -> path.toString().endsWith(suffix)).toList();
        } catch (IOException e) {
            // There are none.
            return List.of();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // A build is writing it just now; the next one is looked at again.
            return "";
        }
    }
}
