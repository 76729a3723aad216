package coop.minga.platform;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import java.util.Map;
import java.util.Set;

/** The plan of the house: who may use whom. Adding an edge is an edit of these tables. */
@AnalyzeClasses(
        packages = "coop.minga.platform",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "coop.minga.platform";

    /** Rooms that serve all features; they know each other only as written here. */
    private static final Map<String, Set<String>> FOUNDATION =
            Map.of(
                    "config", Set.of(),
                    "db", Set.of("config"),
                    "http", Set.of("config", "db"),
                    "telemetry", Set.of("config", "db", "http"),
                    "jobs", Set.of("config", "db", "http", "telemetry", "audit"),
                    "events", Set.of("config", "db", "http", "telemetry"),
                    "audit", Set.of("config", "db", "http"),
                    "plugins", Set.of("config", "db", "http", "audit", "events", "telemetry"),
                    "contributions", Set.of("http", "plugins"),
                    "providers",
                            Set.of(
                                    "config",
                                    "db",
                                    "http",
                                    "audit",
                                    "events",
                                    "jobs",
                                    "telemetry",
                                    "plugins"));

    /** Features: beside the foundation, each may use just these. */
    private static final Map<String, Set<String>> FEATURES =
            Map.ofEntries(
                    Map.entry("ledger", Set.of()),
                    Map.entry("wallet", Set.of("ledger")),
                    Map.entry("payments", Set.of("wallet", "ledger")),
                    Map.entry("pricing", Set.of()),
                    Map.entry("catalog", Set.of("pricing")),
                    Map.entry("billing", Set.of("wallet", "ledger", "pricing", "catalog")),
                    Map.entry("identity", Set.of()),
                    Map.entry("invoices", Set.of("billing", "pricing", "catalog", "identity")),
                    Map.entry("guides", Set.of()),
                    Map.entry("notifications", Set.of("identity")),
                    Map.entry("supply", Set.of()),
                    Map.entry("instances", Set.of("supply", "billing", "pricing", "identity")),
                    Map.entry(
                            "orders",
                            Set.of(
                                    "catalog",
                                    "pricing",
                                    "billing",
                                    "supply",
                                    "instances",
                                    "identity")),
                    Map.entry(
                            "admin",
                            Set.of(
                                    "ledger",
                                    "wallet",
                                    "payments",
                                    "pricing",
                                    "catalog",
                                    "billing",
                                    "identity",
                                    "supply",
                                    "instances",
                                    "orders")));

    private static final Set<String> MONEY =
            Set.of("ledger", "wallet", "payments", "pricing", "billing", "invoices");

    @ArchTest
    static final ArchRule roomsUseOnlyWhatTheirTableSays =
            classes().that().resideInAPackage(ROOT + ".(*)..").should(onlyUseTheirTable());

    @ArchTest
    static final ArchRule roomsHaveNoCycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule pf4jStaysInThePluginsRoom =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + ".plugins..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.pf4j..");

    @ArchTest
    static final ArchRule helidonStaysAtTheFrontDoor =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            ROOT + ".http..",
                            ROOT + ".app..",
                            ROOT + ".config..",
                            ROOT + ".telemetry..")
                    .and()
                    .haveSimpleNameNotEndingWith("Routes")
                    .and(DescribedPredicate.not(proxying()))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.helidon..");

    @ArchTest
    static final ArchRule sqlStaysInStores =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            ROOT + ".db..", ROOT + ".jobs..", ROOT + ".events..", ROOT + ".app..")
                    .and()
                    .haveSimpleNameNotEndingWith("Store")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.sql..");

    @ArchTest
    static final ArchRule storesArePrivateToTheirRoom =
            classes().that().haveSimpleNameEndingWith("Store").should().notBePublic();

    @ArchTest
    static final ArchRule moneyIsNeverAFloat =
            fields().that()
                    .areDeclaredInClassesThat(in(MONEY))
                    .should()
                    .notHaveRawType(double.class)
                    .andShould()
                    .notHaveRawType(float.class);

    @ArchTest
    static final ArchRule timeComesFromAClock =
            noClasses()
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(java.time.Instant.class, "now")
                    .orShould()
                    .callConstructor(java.util.Date.class);

    @ArchTest
    static final ArchRule nothingStaticChanges =
            fields().that()
                    .areStatic()
                    .and()
                    .areDeclaredInClassesThat(
                            DescribedPredicate.describe("are written by us", c -> !c.isEnum()))
                    .should()
                    .beFinal()
                    .orShould()
                    .haveModifier(JavaModifier.SYNTHETIC);

    @ArchTest
    static final ArchRule namesSayWhatThingsAre =
            noClasses()
                    .should()
                    .haveSimpleNameEndingWith("Impl")
                    .orShould()
                    .haveSimpleNameStartingWith("Default")
                    .orShould()
                    .haveSimpleNameEndingWith("Manager")
                    .orShould()
                    .haveSimpleNameEndingWith("Util")
                    .orShould()
                    .haveSimpleNameEndingWith("Utils")
                    .orShould()
                    .haveSimpleNameEndingWith("Helper");

    private static DescribedPredicate<JavaClass> in(Set<String> rooms) {
        return DescribedPredicate.describe("are in " + rooms, c -> rooms.contains(room(c)));
    }

    /**
     * The reverse proxy and the terminal speak Helidon's own connection types; there is no other
     * way in.
     */
    private static DescribedPredicate<JavaClass> proxying() {
        return DescribedPredicate.describe(
                "proxy instances", c -> c.getPackageName().startsWith(ROOT + ".instances.proxy"));
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith(ROOT + ".")) {
            return "";
        }
        String rest = name.substring(ROOT.length() + 1);
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }

    private static ArchCondition<JavaClass> onlyUseTheirTable() {
        return new ArchCondition<>("use only the rooms their table allows") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String from = room(type);
                if (from.equals("app")) {
                    return;
                }
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    String to = room(dependency.getTargetClass());
                    if (!to.isEmpty() && !to.equals(from) && !isAllowed(from, to)) {
                        events.add(
                                SimpleConditionEvent.violated(
                                        type,
                                        from + " -> " + to + ": " + dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean isAllowed(String from, String to) {
        if (FOUNDATION.containsKey(from)) {
            return FOUNDATION.get(from).contains(to);
        }
        return FEATURES.containsKey(from)
                && (FOUNDATION.containsKey(to) && !to.equals("plugins")
                        || FEATURES.get(from).contains(to));
    }
}
