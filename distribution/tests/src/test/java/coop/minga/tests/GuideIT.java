package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Does what the guides tell a plugin's author to do, offline, and uses what comes of it. */
class GuideIT {

    private static final Duration BOUND = Duration.ofSeconds(20);

    /** Pages whose files are typed into the offering's project, one after the other. */
    private static final List<String> EXAMPLES =
            List.of(
                    "plugins/event-listener",
                    "plugins/messaging-channel",
                    "plugins/offering-blueprint");

    @Test
    void theGuidesShowWhatTheArchetypeMakesAndEverythingInThemBuildsAndRuns() throws IOException {
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins()) {
            AuthorsRoad road = new AuthorsRoad(minga.data().resolveSibling("author"));
            long begun = System.nanoTime();
            Path project = road.generate("offering", "offering-notice", "org.example.notice");
            assertShows("plugins", project);
            assertThat(road.verify(project)).contains("OfferingTest", "JarIT");
            Duration built = Duration.ofNanos(System.nanoTime() - begun);

            minga.start();
            Caller admin = minga.setUp();
            Caller customer = minga.caller().signUp("rosa");
            Path jar = minga.plugins().resolve("offering-notice.jar");
            RunningMinga.place(project.resolve("target/offering-notice-1.0.0.jar"), jar);
            Duration seen =
                    Await.until(
                            BOUND,
                            "the notice board can be ordered",
                            () -> !plan(customer).isEmpty());
            System.out.println(
                    "generated, built and tested in "
                            + built.toMillis()
                            + " ms; orderable "
                            + seen.toMillis()
                            + " ms after the jar was dropped in");
            sold(customer);

            type(project);
            assertThat(road.verify(project, "-Dminga.kinds=offering,listener,messaging"))
                    .contains("DiaryTest", "FolderTest", "ImageOfferingTest");
            RunningMinga.place(project.resolve("target/offering-notice-1.0.0.jar"), jar);
            Await.until(
                    BOUND,
                    "all four examples are ready",
                    () ->
                            ready(admin)
                                    .equals(
                                            List.of(
                                                    "diary",
                                                    "folder",
                                                    "image",
                                                    "offering-notice")));
        }
    }

    @Test
    void theComputeBackendOfTheArchetypeBuildsOfflineAndIsOffered() throws IOException {
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins();
                QuotaVendor vendor = new QuotaVendor("t-of-the-example")) {
            AuthorsRoad road = new AuthorsRoad(minga.data().resolveSibling("author"));
            long begun = System.nanoTime();
            Path project = road.generate("compute", "compute-example", "org.example.machines");
            assertShows("plugins/compute-backend", project);
            assertThat(road.verify(project)).contains("BackendTest", "JarIT");
            Duration built = Duration.ofNanos(System.nanoTime() - begun);

            minga.start();
            Caller admin = minga.setUp();
            RunningMinga.place(
                    project.resolve("target/compute-example-1.0.0.jar"),
                    minga.plugins().resolve("compute-example.jar"));
            Duration seen =
                    Await.until(
                            BOUND,
                            "the backend is offered",
                            () ->
                                    admin.get("/admin/provider-factories")
                                            .must(200)
                                            .json()
                                            .path("items")
                                            .valueStream()
                                            .anyMatch(each ->
                                                    each.path("factory")
                                                            .asText()
                                                            .equals("compute-example")));
            System.out.println(
                    "generated, built and tested in "
                            + built.toMillis()
                            + " ms; offered "
                            + seen.toMillis()
                            + " ms after the jar was dropped in");
            String provider = "/admin/providers/compute/example";
            admin.send(
                            "PUT",
                            provider,
                            Map.of(
                                    "factory",
                                    "compute-example",
                                    "config",
                                    Map.of("url", vendor.url(), "token", vendor.token())),
                            null)
                    .must(200);
            Await.until(
                    BOUND,
                    "the vendor's account is looked at",
                    () ->
                            admin.get(provider)
                                    .must(200)
                                    .json()
                                    .path("state")
                                    .asText()
                                    .equals("ready"));
        }
    }

    @Test
    void theGuidesShowTheSameFilesInBothLanguagesAndNoCodeThatNothingChecks() {
        Map<String, String> english = Guides.pages("en");
        Map<String, String> spanish = Guides.pages("es");
        assertThat(Guides.addresses("es")).isEqualTo(Guides.addresses("en"));
        english.forEach((address, page) -> {
            assertThat(Guides.looseCode(page)).as(address).isEmpty();
            assertThat(Guides.files(spanish.getOrDefault(address, "")))
                    .as("files of " + address)
                    .isEqualTo(Guides.files(page));
        });
    }

    /** What a page shows of a project is what is in the project. */
    private static void assertShows(String page, Path project) throws IOException {
        Map<String, String> shown = Guides.files(Guides.page("en", page));
        assertThat(shown).as("files of " + page).hasSizeGreaterThanOrEqualTo(2);
        for (Map.Entry<String, String> file : shown.entrySet()) {
            assertThat(project.resolve(file.getKey())).content().isEqualTo(file.getValue());
        }
    }

    private static void type(Path project) throws IOException {
        for (String page : EXAMPLES) {
            Map<String, String> files = new TreeMap<>(Guides.files(Guides.page("en", page)));
            assertThat(files).as("files of " + page).hasSizeGreaterThanOrEqualTo(2);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path target = project.resolve(file.getKey());
                assertThat(target).doesNotExist();
                Files.writeString(target, file.getValue());
            }
        }
    }

    private static void sold(Caller customer) {
        String instance =
                customer.post(
                                "/orders",
                                Map.of(
                                        "plan_id",
                                        plan(customer),
                                        "name",
                                        "board",
                                        "pay_with",
                                        "coins",
                                        "config",
                                        Map.of("notice", "Sopa & pan <hoy>")))
                        .must(202)
                        .json()
                        .path("instance_id")
                        .asText();
        customer.awaitState(instance, "running");
        assertThat(customer.visit(instance).must(200).text())
                .contains("<h1>Sopa &amp; pan &lt;hoy&gt;</h1>");
    }

    private static String plan(Caller customer) {
        try {
            return customer.plan("offering-notice", "");
        } catch (AssertionError notYet) {
            return "";
        }
    }

    private static List<String> ready(Caller admin) {
        for (JsonNode plugin : admin.get("/admin/plugins").must(200).json().path("items")) {
            if (plugin.path("id").asText().equals("offering-notice")) {
                return plugin.path("providers")
                        .valueStream()
                        .filter(each -> each.path("state").asText().equals("ready"))
                        .map(each -> each.path("name").asText())
                        .sorted()
                        .toList();
            }
        }
        return List.of();
    }
}
