package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/** From an empty browser to a machine that was used, stopped, started and deleted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobIT {

    private Chromium chromium;
    private RunningMinga minga;

    @BeforeAll
    void boot() {
        chromium = Chromium.open();
        minga = RunningMinga.started();
        minga.setUp().awaitPlan("sandbox", "s");
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

    @Test
    void theMainJobIsDoneWithTheMouseInSpanish() {
        try (Visitor visitor = Visitor.of(chromium, minga, "es")) {
            doTheMainJob(visitor, new Hands.Mouse(visitor.page()), "carmen", "hour");
        }
    }

    @Test
    void theMainJobIsDoneWithTheKeyboardAloneInEnglish() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en")) {
            doTheMainJob(visitor, new Hands.Keyboard(visitor.page()), "edith", "slot24h");
        }
    }

    private void doTheMainJob(Visitor visitor, Hands hands, String who, String price) {
        signUp(visitor, hands, who);
        String name = order(visitor, hands, price);
        open(visitor, hands);
        assertThat(visitor.clicks())
                .as("from the landing page to using the machine")
                .isBetween(1, 4);
        useTheConsole(visitor, hands);
        readTheLogs(visitor, hands);
        stopAndStart(visitor, hands);
        delete(visitor, hands, name);
        readTheWallet(visitor, hands, price);
        assertThat(visitor.complaints()).isEmpty();

        Caller caller = minga.caller().logIn(who + "@minga.example");
        assertThat(caller.coins("held_minor")).isZero();
        assertThat(caller.coins("available_minor")).isBetween(9_990L, 10_000L);
    }

    private void signUp(Visitor visitor, Hands hands, String who) {
        visitor.visit("/");
        hands.press(visitor.link(visitor.say("landing.start")));
        hands.write(visitor.field(visitor.say("auth.name")), who);
        hands.write(visitor.field(visitor.say("auth.email")), who + "@minga.example");
        hands.write(visitor.field(visitor.say("auth.password")), Caller.PASSWORD);
        hands.press(visitor.button(visitor.say("signup.submit")));
        visitor.page().waitForURL("**/home");
        assertThat(visitor.page().getByTestId("balance-chip").innerText()).contains("100");
    }

    /** Gives the name of the machine. */
    private String order(Visitor visitor, Hands hands, String price) {
        Page page = visitor.visit("/").page();
        visitor.forgetClicks();
        hands.press(page.getByTestId("plan-s").locator("a"));
        page.waitForURL("**/deploy?**");
        visitor.settled();
        Locator radio = page.locator("input[name=price][value=" + price + "]");
        if (!radio.isChecked()) {
            hands.choose(radio);
        }
        Locator button = page.locator("form.deploy button[type=submit]");
        PlaywrightAssertions.assertThat(button)
                .hasText(Pattern.compile(price.equals("hour") ? "\\b1 " : "\\b10 "));
        String name = visitor.field(visitor.say("deploy.name")).inputValue();
        hands.press(button);
        state(visitor, "running");
        assertThat(page.getByTestId("timeline").locator("[role=log] li").allInnerTexts())
                .hasSizeGreaterThanOrEqualTo(3)
                .last()
                .asString()
                .contains(visitor.say("state.running"));
        return name;
    }

    private static void state(Visitor visitor, String state) {
        visitor.page().locator("[data-testid=instance-state][data-state=" + state + "]").waitFor();
    }

    private void open(Visitor visitor, Hands hands) {
        Page page = visitor.page();
        Page opened =
                visitor.context().waitForPage(() -> hands.press(page.getByTestId("open").first()));
        opened.waitForURL("http://ins-**");
        opened.waitForLoadState();
        URI address = URI.create(opened.url());
        assertThat(address.getHost()).startsWith("ins-").isNotEqualTo(minga.url().getHost());
        assertThat(address.getRawQuery()).as("the ticket is used up").isNull();
        assertThat(opened.locator("body").innerText()).isNotBlank();
        assertThat(opened.context().cookies(minga.url().toString()))
                .anySatisfy(cookie -> assertThat(cookie.httpOnly).isTrue());
        opened.close();
    }

    private static Locator tab(Visitor visitor, String key) {
        return visitor.page().locator("nav.tabs").getByText(visitor.say(key));
    }

    private void useTheConsole(Visitor visitor, Hands hands) {
        Page page = visitor.page();
        hands.press(tab(visitor, "tab.console"));
        page.getByText(visitor.say("console.open")).waitFor();
        page.locator(".xterm-helper-textarea:focus").waitFor();
        page.keyboard().type("echo minga-$((40 + 2)) | tee -a ~/seen\n");
        page.locator(".term-box").getByText("minga-42").first().waitFor();
        page.keyboard().press("F6");
    }

    private void readTheLogs(Visitor visitor, Hands hands) {
        Page page = visitor.page();
        hands.press(tab(visitor, "tab.logs"));
        page.waitForFunction(
                "(none) => { const log = document.querySelector('.log-view')?.textContent.trim();"
                        + " return log && log !== none; }",
                visitor.say("logs.empty"));
    }

    private void stopAndStart(Visitor visitor, Hands hands) {
        Page page = visitor.page();
        hands.press(page.getByTestId("action-stop").first());
        hands.press(visitor.dialogButton(visitor.say("action.stop")));
        state(visitor, "stopped");
        hands.press(page.getByTestId("action-start").first());
        state(visitor, "running");
    }

    private void delete(Visitor visitor, Hands hands, String name) {
        Page page = visitor.page();
        hands.press(tab(visitor, "tab.settings"));
        hands.press(page.getByTestId("action-delete"));
        hands.write(visitor.field(visitor.say("dialog.type-name", "name", name)), name);
        hands.press(visitor.dialogButton(visitor.say("delete.action")));
        page.waitForURL("**/instances");
        page.waitForFunction(
                "(name) => ![...document.querySelectorAll('#app a')].some((link) =>"
                        + " link.textContent.trim() === name)",
                name);
    }

    private void readTheWallet(Visitor visitor, Hands hands, String price) {
        Page page = visitor.page();
        hands.press(page.locator("nav.rail a[href='/wallet']").first());
        page.waitForURL("**/wallet");
        visitor.settled();
        page.locator("tbody tr").first().waitFor();
        List<String> rows = page.locator("tbody tr").allInnerTexts();
        assertThat(rows)
                .anySatisfy(row -> assertThat(row).contains(visitor.say("entry.grant"), "+100"));
        if (price.startsWith("slot")) {
            // Seconds of an hour at this price are less than a hundredth of a coin; a slot is paid.
            assertThat(rows)
                    .anySatisfy(
                            row -> assertThat(row).contains(visitor.say("entry.purchase"), "-10"))
                    .anySatisfy(row -> assertThat(row).contains(visitor.say("entry.refund"), "+"));
        }
    }
}
