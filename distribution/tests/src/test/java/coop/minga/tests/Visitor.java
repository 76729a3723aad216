package coop.minga.tests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.ReducedMotion;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody with a browser of their own: what they see, and what their browser complains about. */
final class Visitor implements AutoCloseable {

    private static final double PATIENCE_MS = 30_000;

    /**
     * Counts what a person does, over reloads, and what the page is waiting for; keeps what the
     * content policy refused.
     */
    private static final String WATCH =
            """
            const ask = window.fetch;
            let waiting = 0;
            window.waitingFor = () => waiting;
            window.fetch = (...question) => {
              waiting++;
              const answer = ask(...question);
              answer.finally(() => setTimeout(() => waiting--)).catch(() => undefined);
              return answer;
            };
            addEventListener('click', (event) => {
              // A label's click is passed on to its control, which counts.
              const passedOn = event.target.closest?.('label') && !event.target.matches('input');
              if (event.isTrusted && !passedOn) sessionStorage.setItem('clicks', 1 + Number(sessionStorage.getItem('clicks')));
            }, true);
            addEventListener('securitypolicyviolation', (event) => {
              console.error('content policy: ' + event.violatedDirective + ' ' + event.blockedURI);
            });
            """;

    private static final AtomicInteger LAST = new AtomicInteger();
    private static final String FORK = System.getProperty("minga.fork", "1");

    private final RunningMinga minga;
    private final BrowserContext context;
    private final Page page;
    private final Words words;
    private final List<String> complaints = new ArrayList<>();
    private final List<Request> finished = new ArrayList<>();

    private Visitor(
            Chromium chromium, RunningMinga minga, String language, int width, ColorScheme scheme) {
        this.minga = minga;
        words = new Words(language);
        context =
                chromium.browser()
                        .newContext(
                                new Browser.NewContextOptions()
                                        .setLocale(language.equals("es") ? "es-EC" : "en-US")
                                        .setViewportSize(width, width < 600 ? 740 : 900)
                                        .setColorScheme(scheme)
                                        .setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(PATIENCE_MS);
        context.setDefaultNavigationTimeout(PATIENCE_MS);
        context.addInitScript(WATCH);
        page = context.newPage();
        listen();
    }

    static Visitor of(
            Chromium chromium, RunningMinga minga, String language, int width, ColorScheme scheme) {
        return new Visitor(chromium, minga, language, width, scheme);
    }

    static Visitor of(Chromium chromium, RunningMinga minga, String language) {
        return of(chromium, minga, language, 1280, ColorScheme.LIGHT);
    }

    private void listen() {
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add(page.url() + ": " + error));
        page.onRequest(request -> {
            URI target = URI.create(request.url());
            if (target.getHost() != null && !target.getAuthority().equals(authority())) {
                complaints.add(page.url() + ": asks another host, " + request.url());
            }
        });
        page.onRequestFinished(finished::add);
    }

    private String authority() {
        return minga.url().getAuthority();
    }

    /** Brings the session of somebody who signed in elsewhere. */
    Visitor as(Caller caller) {
        // An account has a language of its own; whoever chose one in this browser gets that.
        context.addInitScript(
                "try { localStorage.setItem('minga.lang', '"
                        + words.language()
                        + "'); } catch { /* a blank page has no storage */ }");
        String[] cookie = caller.cookie().split("=", 2);
        context.addCookies(
                List.of(
                        new Cookie(cookie[0], cookie[1])
                                .setUrl(minga.url().toString())
                                .setHttpOnly(true)));
        return this;
    }

    Page page() {
        return page;
    }

    BrowserContext context() {
        return context;
    }

    Words words() {
        return words;
    }

    String say(String key, String... values) {
        return words.say(key, values);
    }

    /** Types an address and waits until the page has all it needs. */
    Visitor visit(String path) {
        page.navigate(minga.url() + path);
        return settled();
    }

    /** Waits until the page is complete: a heading, nothing being fetched, no placeholder. */
    Visitor settled() {
        page.waitForFunction(
                "() => document.querySelector('#app h1')?.textContent.trim()"
                        + " && !document.querySelector('#app > section.hero')"
                        + " && !document.querySelector('.skeleton')");
        page.waitForFunction(
                """
                () => {
                  const calm = () => window.waitingFor() === 0
                      && !document.querySelector('.skeleton, #app[aria-busy=true]');
                  return calm() && new Promise((done) => requestAnimationFrame(
                      () => requestAnimationFrame(() => done(calm()))));
                }
                """);
        return this;
    }

    Locator link(String name) {
        return page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** A button of the open dialog. */
    Locator dialogButton(String name) {
        return page.getByRole(AriaRole.DIALOG)
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator field(String label) {
        return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
    }

    Locator heading(String name) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(name));
    }

    /** What the browser was unhappy with so far, each with the address it happened at. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    int clicks() {
        return ((Number) page.evaluate("() => Number(sessionStorage.getItem('clicks'))"))
                .intValue();
    }

    void forgetClicks() {
        page.evaluate("() => sessionStorage.removeItem('clicks')");
    }

    /** Bytes of bodies as they came over the wire since the last time this was asked. */
    long transferred() {
        List<Request> counted = List.copyOf(finished);
        finished.clear();
        return counted.stream().mapToLong(request -> request.sizes().responseBodySize).sum();
    }

    /** Keeps a picture of the page, in {@code target/screenshots}. */
    void picture(String name) {
        page.screenshot(
                new Page.ScreenshotOptions()
                        .setPath(Path.of("target/screenshots", name + ".png"))
                        .setFullPage(true));
    }

    /** Keeps what was seen last, which tells more about a failure than its message. */
    @Override
    public void close() {
        if (page.url().startsWith("http")) {
            page.screenshot(
                    new Page.ScreenshotOptions()
                            .setPath(
                                    Path.of(
                                            "target/screenshots/last",
                                            FORK + "-" + LAST.incrementAndGet() + ".png")));
        }
        context.close();
    }
}
