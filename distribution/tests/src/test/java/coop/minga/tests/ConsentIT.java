package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;

import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.jar.Manifest;

/**
 * A plugin that is new here is looked at before it runs, and an operator can go back: one host, on
 * which a jar is dropped in, let in, replaced and taken back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsentIT {

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Path HELLO = Path.of(System.getProperty("minga.hello", ""));
    private static final String ID = "offering-hello";
    private static final String PAGE = "/admin/plugins/" + ID;
    private static final String FIRST = "1.0.0";
    private static final String SECOND = "1.1.0";

    private Chromium chromium;
    private RunningMinga minga;
    private Caller admin;
    private Path ran;

    @BeforeAll
    void boot() throws IOException {
        chromium = Chromium.open();
        minga = RunningMinga.prepared().withOwnPlugins().with("MINGA_PLUGINS_POLICY", "ask");
        ran = minga.config().resolve("ran");
        holdBack(SourceJar.offering("wild-deadly").bytes());
        Files.write(minga.plugins().resolve("hello.jar"), hello(FIRST));
        minga.start();
        admin = minga.setUp();
    }

    @AfterAll
    void stop() {
        if (minga != null) {
            minga.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    /** Leaves what three deaths of the host leave behind; those are lived through elsewhere. */
    private void holdBack(byte[] deadly) throws IOException {
        Files.write(minga.plugins().resolve("wild-deadly.jar"), deadly);
        String hash = sha256(deadly);
        Path memory = Files.createDirectories(minga.data().resolve("plugin-memory"));
        Files.writeString(memory.resolve("held-back"), "wild-deadly@" + hash + "\n");
        Files.writeString(
                minga.data().resolve("plugins.lock"),
                "wild-deadly 1.0.0 sha256=" + hash + " kinds=offering\n");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A good offering that also does what an operator should know of, and tells when it runs. */
    private byte[] hello(String version) throws IOException {
        byte[] good = Files.readAllBytes(HELLO);
        Manifest manifest = Jars.manifest(good);
        manifest.getMainAttributes().putValue("Plugin-Version", version);
        manifest.getMainAttributes().putValue("Plugin-Class", "sample.Reaching");
        manifest.getMainAttributes()
                .putValue("Minga-Hosts", "api.acme.example, *.cdn.acme.example:8443");
        String source =
                """
                package sample;
                public class Reaching extends org.pf4j.Plugin {
                    @Override public void start() {
                        try { java.nio.file.Files.writeString(java.nio.file.Path.of("%s"), "%s"); }
                        catch (java.io.IOException e) { throw new java.io.UncheckedIOException(e); }
                    }
                    void never() throws Exception {
                        Runtime.getRuntime().exec("true");
                        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> System.exit(1));
                    }
                }
                """
                        .formatted(ran, version);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.putAll(SourceJar.plugin(ID).source("sample.Reaching", source).classes());
        return Jars.changed(good, manifest, entries);
    }

    private JsonNode plugin() {
        for (JsonNode item : admin.get("/admin/plugins").must(200).json().path("items")) {
            if (item.path("id").asText().equals(ID)) {
                return item;
            }
        }
        throw new AssertionError(ID + " is not listed");
    }

    private void awaitState(String state) {
        Await.until(
                BOUND, ID + " is " + state, () -> plugin().path("state").asText().equals(state));
    }

    private String lastRun() throws IOException {
        return Files.exists(ran) ? Files.readString(ran) : "";
    }

    /** Shows a page to somebody, who then does something with it. */
    private void look(
            String language, int width, String path, String name, Consumer<Visitor> then) {
        ColorScheme scheme = width < 600 ? ColorScheme.DARK : ColorScheme.LIGHT;
        try (Visitor visitor = Visitor.of(chromium, minga, language, width, scheme).as(admin)) {
            visitor.visit(path);
            visitor.picture(name + "-" + language + "-" + width);
            assertThat(AccessibilityIT.barriers(visitor.page(), name + " " + width)).isEmpty();
            then.accept(visitor);
            assertThat(visitor.complaints()).isEmpty();
        }
    }

    private void look(String language, int width, String path, String name) {
        look(language, width, path, name, visitor -> {});
    }

    private static void gone(Locator what) {
        what.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
    }

    @Test
    @Order(1)
    void whatAJarAsksForIsShownBeforeAnythingOfItRan() throws IOException {
        assertThat(plugin().path("state").asText()).isEqualTo("consent");
        look("es", 360, PAGE, "consent");
        look("en", 360, PAGE, "consent");
        look("es", 1280, PAGE, "consent");
        look("en", 1280, PAGE, "consent", this::everythingItAsksForIsSaid);
        assertThat(lastRun()).isEmpty();
        assertThat(admin.get("/products").must(200).text()).doesNotContain("\"hello\"");
    }

    private void everythingItAsksForIsSaid(Visitor visitor) {
        Page page = visitor.page();
        page.locator("details").all().forEach(each -> each.locator("summary").click());
        assertThat(page.locator("[data-testid=consent]").innerText())
                .contains(
                        visitor.say("consent.rights"),
                        visitor.say("consent.nobody"),
                        visitor.say("signature.unsigned"),
                        visitor.say("kind.offering"),
                        "api.acme.example",
                        "*.cdn.acme.example:8443",
                        "Ends the process",
                        "Starts other programs",
                        "Changes settings of the whole process",
                        "sample.Reaching",
                        plugin().path("sha256").asText());
    }

    @Test
    @Order(2)
    void exactlyTheFileThatWasShownIsLetInAndServes() throws IOException {
        String sha256 = plugin().path("sha256").asText();
        try (Visitor visitor = Visitor.of(chromium, minga, "es").as(admin)) {
            Page page = visitor.visit("/admin/plugins").page();
            page.getByText(visitor.say("consent.waits", "name", ID)).waitFor();
            visitor.link(visitor.say("consent.look")).first().click();
            visitor.settled();
            visitor.button(visitor.say("consent.approve")).click();
            visitor.picture("consent-dialog-es-1280");
            visitor.dialogButton(visitor.say("consent.approve")).click();
            gone(page.locator("[data-testid=consent]"));
            visitor.settled();
            visitor.picture("consent-given-es-1280");
            assertThat(visitor.complaints()).isEmpty();
        }
        assertThat(Files.readString(minga.data().resolve("plugins.lock")))
                .contains(ID + " " + FIRST + " sha256=" + sha256)
                .contains("hosts=");
        assertThat(lastRun()).isEqualTo(FIRST);
        Caller customer = minga.caller().signUp("quilla");
        String instance = customer.running(customer.awaitPlan("hello", "hello-s"), "saludo");
        customer.visit(instance).must(200);
    }

    @Test
    @Order(3)
    void changedJarAsksAgainAmongTheUpdatesWhileTheOldOneServes() throws IOException {
        Path draft = minga.config().resolve("hello.jar");
        Files.write(draft, hello(SECOND));
        RunningMinga.place(draft, minga.plugins().resolve("hello.jar"));
        awaitState("consent");
        assertThat(lastRun()).isEqualTo(FIRST);
        assertThat(admin.get("/products").must(200).text()).contains("\"hello\"");
        look("es", 360, "/admin/plugins?tab=updates", "updates");
        look("en", 1280, "/admin/plugins?tab=updates", "updates", this::updateIsLetIn);
        Await.until(BOUND, "the new version runs", () -> lastRun().equals(SECOND));
    }

    private void updateIsLetIn(Visitor visitor) {
        Page page = visitor.page();
        assertThat(page.locator("tr[data-key='" + ID + "']").innerText())
                .contains(ID, FIRST, "hello.jar", visitor.say("state.consent"), SECOND);
        visitor.link(visitor.say("consent.look")).click();
        visitor.settled();
        visitor.button(visitor.say("consent.approve")).click();
        visitor.dialogButton(visitor.say("consent.approve")).click();
        gone(page.locator("[data-testid=consent]"));
    }

    @Test
    @Order(4)
    void operatorGoesBackToTheVersionBefore() throws IOException {
        try (Visitor visitor = Visitor.of(chromium, minga, "es").as(admin)) {
            Page page = visitor.visit("/admin/plugins").page();
            String goBack = visitor.say("rollback.action", "version", FIRST);
            visitor.button(goBack + ": " + ID).click();
            visitor.picture("rollback-dialog-es-1280");
            visitor.dialogButton(goBack).click();
            visitor.button(visitor.say("rollback.action", "version", SECOND) + ": " + ID).waitFor();
            assertThat(page.locator("tr[data-key='" + ID + "']").innerText()).contains(FIRST);
            assertThat(visitor.complaints()).isEmpty();
            visitor.visit("/admin/audit");
            page.getByText("plugin.rolled-back").first().waitFor();
        }
        assertThat(lastRun()).isEqualTo(FIRST);
        assertThat(plugin().path("approved").asBoolean()).isTrue();
    }

    @Test
    @Order(5)
    void safeModeNamesThePluginItHoldsBackAndWhatNobodySetUpIsNoFailure() {
        look("en", 1280, "/admin/plugins", "safe-mode");
        look("es", 360, "/admin/plugins", "safe-mode", this::whatIsHeldBackAndWhatIsNotThere);
    }

    private void whatIsHeldBackAndWhatIsNotThere(Visitor visitor) {
        Page page = visitor.page();
        Locator notice = page.locator(".notice.bad");
        assertThat(notice.innerText()).contains(visitor.say("plugins.safe-mode"), "wild-deadly");
        if (!Files.exists(Path.of("/var/run/docker.sock"))) {
            assertThat(page.locator("tr[data-key='compute-docker']").innerText())
                    .contains(
                            visitor.say("state.not_set_up"),
                            "No hay ningún socket de Docker",
                            "apt-get install");
        }
        notice.getByText("wild-deadly").click();
        visitor.settled();
        assertThat(page.locator(".notice.bad").innerText()).contains("El anfitrión murió 3 veces");
    }
}
