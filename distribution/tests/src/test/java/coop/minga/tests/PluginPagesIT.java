package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a plugin adds to the pages: shown, and kept to its place. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PluginPagesIT {

    private static final Path HELLO = Path.of(System.getProperty("minga.hello", ""));
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String PLUGIN = "offering-hello";

    /**
     * A page that tries everything a page of a plugin must not get, and writes down what it got.
     */
    private static final String SPY =
            """
            const got = {};
            const attempt = (name, what) => {
              try { got[name] = String(what()); } catch (refused) { got[name] = 'refused'; }
            };
            attempt('origin', () => self.origin);
            attempt('cookies', () => document.cookie);
            attempt('storage', () => localStorage.length);
            attempt('parent', () => parent.document.title);
            attempt('address', () => parent.location.href);
            attempt('top', () => { top.location = 'http://OTHER/top'; return 'asked'; });
            attempt('window', () => open('http://OTHER/window'));
            attempt('eval', () => (0, eval)('1 + 1'));
            const later = async () => {
              const tried = {
                host: () => fetch('/api/v1/me', { credentials: 'include' }),
                other: () => fetch('http://OTHER/fetch', { mode: 'no-cors' }),
                socket: () => new Promise((open, fail) => {
                  const socket = new WebSocket('ws://OTHER/socket');
                  socket.onopen = open; socket.onerror = fail;
                }),
                picture: () => new Promise((load, fail) => {
                  const picture = new Image();
                  picture.onload = load; picture.onerror = fail; picture.src = 'http://OTHER/picture';
                }),
                frame: () => new Promise((load, fail) => {
                  const frame = document.createElement('iframe');
                  frame.onload = () => (frame.contentWindow.length, fail()); frame.src = 'http://OTHER/frame';
                  document.body.append(frame); setTimeout(fail, 1000);
                }),
                form: () => new Promise((open, fail) => {
                  const form = document.createElement('form');
                  form.action = 'http://OTHER/form'; document.body.append(form);
                  try { form.submit(); } catch { fail(); }
                  setTimeout(fail, 500);
                }),
                logs: () => minga.get('logs'),
              };
              for (const [name, what] of Object.entries(tried)) {
                got[name] = await what().then(() => 'got', () => 'refused');
              }
              got.instance = Object.keys(await minga.get('instance')).sort().join(' ');
              document.body.dataset.got = JSON.stringify(got);
            };
            later();
            """;

    private Chromium chromium;
    private RunningMinga minga;
    private Caller admin;
    private Caller customer;
    private String instance;
    private HttpServer other;
    private final List<String> reached = new CopyOnWriteArrayList<>();

    @BeforeAll
    void boot() throws IOException {
        chromium = Chromium.open();
        other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext(
                "/",
                exchange -> {
                    reached.add(exchange.getRequestURI().getPath());
                    exchange.getResponseHeaders().add("Access-Control-Allow-Origin", "*");
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        other.start();
        minga = RunningMinga.prepared().withOwnPlugins();
        Files.copy(HELLO, minga.plugins().resolve("offering-hello.jar"));
        minga.start();
        admin = minga.setUp();
        customer = minga.caller().signUp("quilla");
        instance = customer.running(customer.awaitPlan("hello", "hello-s"), "saludo");
    }

    @AfterAll
    void stop() {
        if (minga != null) {
            minga.close();
        }
        if (chromium != null) {
            chromium.close();
        }
        if (other != null) {
            other.stop(0);
        }
    }

    /** Replaces the plugin by one with other files in its {@code ui} folder. */
    private void install(Map<String, String> ui) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        String address = "127.0.0.1:" + other.getAddress().getPort();
        ui.forEach((file, text) ->
                entries.put(
                        "ui/" + file,
                        text.replace("OTHER", address).getBytes(StandardCharsets.UTF_8)));
        Path draft = minga.plugins().resolve("offering-hello.part");
        byte[] good = Files.readAllBytes(HELLO);
        Files.write(draft, Jars.changed(good, Jars.manifest(good), entries));
        Files.move(
                draft,
                minga.plugins().resolve("offering-hello.jar"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
    }

    private void awaitAdditions(String words) {
        Await.until(
                BOUND,
                "the additions say " + words,
                () -> admin.get("/admin/contributions").must(200).text().contains(words));
    }

    private void restore() throws IOException {
        install(Map.of());
        awaitAdditions("greeting.html");
    }

    private static String manifest(String... pages) {
        StringBuilder frames = new StringBuilder();
        for (String page : pages) {
            frames.append(frames.isEmpty() ? "" : ",")
                    .append(
                            """
                            {"id": "%1$s", "slot": "instance.tab", "label": "@%1$s",
                             "page": "%1$s.html", "reads": ["instance"]}
                            """
                                    .formatted(page));
        }
        String texts =
                """
                {"title": "Hello page", "spy": "Spy", "mover": "Mover", "babbler": "Babbler", "mute": "Mute"}
                """;
        return """
        {"format": 1, "title": "@title", "texts": {"en": %1$s, "es": %1$s}, "frames": [%2$s]}
        """
                .formatted(texts, frames);
    }

    private static String page(String script) {
        return "<!doctype html><meta charset=utf-8><script src=/plugin-ui/frame.js></script>"
                + "<body><p>A page<script src="
                + script
                + "></script>";
    }

    private String tab(String id) {
        return "/instances/" + instance + "?tab=" + PLUGIN + "." + id;
    }

    private static Frame frame(Page page, String file) {
        page.locator(".plugin-frame iframe").waitFor();
        return page.frames().stream()
                .filter(each -> each.url().endsWith(file))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void dataAndAPageOfAPluginAreShownInTheReadersLanguage() throws IOException {
        restore();
        try (Visitor visitor =
                Visitor.of(chromium, minga, "es", 1280, ColorScheme.LIGHT).as(customer)) {
            Page page = visitor.visit("/instances").page();
            page.getByText("Saludo").first().waitFor();
            assertThat(page.locator("thead").innerText()).contains("Saludo");
            assertThat(page.locator("tbody").innerText()).contains("Hello");
            visitor.visit("/home");
            page.getByText("Páginas de saludo en marcha").waitFor();

            visitor.visit("/instances/" + instance);
            page.locator("nav.tabs").getByText("Saludo").click();
            Locator inside = page.frameLocator(".plugin-frame iframe").locator("#greeting");
            inside.getByText("Hello").waitFor();
            Frame greeting = frame(page, "greeting.html");
            greeting.getByText("Esto leen tus visitas").waitFor();
            greeting.getByText("La página está en línea.").waitFor();
            assertThat(greeting.evaluate("document.documentElement.dataset.theme"))
                    .isEqualTo("light");
            visitor.picture("plugin-tab-es-1280-light");
            page.evaluate("document.documentElement.dataset.theme = 'dark'");
            greeting.locator("html[data-theme=dark]").waitFor();
            visitor.picture("plugin-tab-es-1280-dark");
            assertThat(visitor.complaints()).isEmpty();
        }
        for (int width : new int[] {360, 1280}) {
            try (Visitor visitor =
                    Visitor.of(chromium, minga, "en", width, ColorScheme.DARK).as(customer)) {
                Page page = visitor.visit(tab("tab")).page();
                frame(page, "greeting.html").getByText("The page is up.").waitFor();
                visitor.picture("plugin-tab-en-" + width + "-dark");
                assertThat(AccessibilityIT.barriers(page, "plugin tab " + width)).isEmpty();
            }
        }
    }

    @Test
    void aPageOfAPluginReachesNothingButWhatItWasGranted() throws IOException {
        install(
                Map.of(
                        "ui-plugin.json",
                        manifest("spy", "mover", "babbler", "mute"),
                        "spy.html",
                        page("spy.js"),
                        "spy.js",
                        SPY,
                        "mover.html",
                        page("mover.js"),
                        "mover.js",
                        "minga.ready.then(() => { location = 'http://OTHER/moved?' + 1; });",
                        "babbler.html",
                        page("babbler.js"),
                        "babbler.js",
                        "parent.postMessage({minga: 1, verb: 'ready'},"
                                + " '*');addEventListener('message', (e) =>"
                                + " e.ports[0]?.postMessage({verb: 'give', all: true}));",
                        "mute.html",
                        "<!doctype html><p>Says nothing"));
        awaitAdditions("spy.html");
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(customer)) {
            Page page = visitor.visit(tab("spy")).page();
            Frame spy = frame(page, "spy.html");
            // The content policy of the frame also refuses expressions of this test.
            spy.locator("body[data-got]").waitFor();
            JsonNode got =
                    new ObjectMapper().readTree(spy.locator("body").getAttribute("data-got"));
            assertThat(got.path("origin").asText()).isEqualTo("null");
            for (String refused :
                    List.of(
                            "cookies", "storage", "parent", "address", "top", "eval", "host",
                            "other", "socket", "picture", "frame", "form", "logs")) {
                assertThat(got.path(refused).asText())
                        .as("%s in %s", refused, got)
                        .isEqualTo("refused");
            }
            assertThat(got.path("window").asText()).isIn("null", "refused");
            assertThat(got.path("instance").asText())
                    .isEqualTo("config endpoints id name plan since state");
            assertThat(page.url()).contains("tab=offering-hello.spy");

            for (Map.Entry<String, String> failing :
                    Map.of(
                                    "mover",
                                    "frame.left",
                                    "babbler",
                                    "frame.malformed",
                                    "mute",
                                    "frame.silent")
                            .entrySet()) {
                visitor.visit(tab(failing.getKey()));
                Locator card = page.locator("[data-testid=frame-failed]");
                card.waitFor();
                assertThat(card.innerText())
                        .as(failing.getKey())
                        .contains(visitor.say(failing.getValue()));
                assertThat(page.locator(".plugin-frame iframe").count()).isZero();
                // The page around it goes on.
                assertThat(page.locator("h1").innerText()).isEqualTo("saludo");
                visitor.picture("plugin-frame-" + failing.getKey());
            }
            assertThat(reached).isEmpty();
        } finally {
            restore();
        }
    }

    @Test
    void aPageOfAPluginOpenedByItsAddressIsAsPowerless() {
        awaitAdditions("greeting.html");
        String src =
                admin.get("/admin/contributions")
                        .must(200)
                        .json()
                        .at("/items/0/frames/0/src")
                        .asText();
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(customer)) {
            Page page = visitor.page();
            page.navigate(minga.url() + src);
            assertThat(page.evaluate("self.origin")).isEqualTo("null");
            assertThat(
                            page.evaluate(
                                    "() => { try { return document.cookie } catch { return"
                                            + " 'refused' } }"))
                    .isEqualTo("refused");
            assertThat(page.evaluate("fetch('/api/v1/me').then(() => 'got', () => 'refused')"))
                    .isEqualTo("refused");
        }
    }

    @Test
    void aBrokenManifestBreaksNothingAndIsExplained() throws IOException {
        install(Map.of("ui-plugin.json", "{\"format\": 1, \"colums\": []}"));
        awaitAdditions("colums");
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(customer)) {
            Page page = visitor.visit(tab("tab")).page();
            page.getByText(visitor.say("frame.gone")).waitFor();
            assertThat(visitor.visit("/instances").page().locator("tbody").innerText())
                    .contains("saludo");
            assertThat(visitor.complaints()).isEmpty();
        }
        JsonNode shelf = customer.get("/products").must(200).json().path("items");
        assertThat(shelf.findValuesAsText("slug")).contains("hello");
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(admin)) {
            Page page = visitor.visit("/admin/plugins").page();
            page.getByText(visitor.say("additions.left-out-of", "name", PLUGIN)).waitFor();
            visitor.visit("/admin/plugins/" + PLUGIN);
            assertThat(page.locator("[data-testid=additions]").innerText())
                    .contains("did you mean 'columns'?");
            visitor.picture("plugin-broken-manifest");
            assertThat(visitor.complaints()).isEmpty();
        } finally {
            restore();
        }
    }
}
