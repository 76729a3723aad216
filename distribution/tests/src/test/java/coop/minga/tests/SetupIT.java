package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The link that a fresh host prints, followed once and once more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SetupIT {

    private Chromium chromium;
    private RunningMinga minga;

    @BeforeAll
    void boot() {
        chromium = Chromium.open();
        minga = RunningMinga.started();
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
    @Order(1)
    void aWrongTokenIsAskedForAgain() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en")) {
            visitor.visit("/setup#token=not-the-token-of-this-host");
            fill(visitor);
            visitor.field(visitor.say("setup.token")).waitFor();
            assertThat(visitor.page().locator("form").innerText())
                    .contains(visitor.say("setup.token-missing"));
        }
    }

    @Test
    @Order(2)
    void theLinkLeadsToTheAdministration() {
        try (Visitor visitor = Visitor.of(chromium, minga, "es")) {
            String link = minga.url() + "/setup#token=" + RunningMinga.SETUP_TOKEN;
            assertThat(minga.output()).contains(link);
            visitor.visit("/").page().waitForURL("**/setup");
            visitor.page().navigate(link);
            visitor.page().reload();
            visitor.settled();
            visitor.picture("setup-es");
            fill(visitor);
            Page page = visitor.page();
            visitor.page().getByText(visitor.say("setup.done")).waitFor();
            assertThat(page.url()).as("the token is gone").doesNotContain("token");
            visitor.picture("setup-done-es");
            page.locator("main a[href='/admin']").click();
            visitor.settled();
            assertThat(page.locator("h1").innerText()).isEqualTo(visitor.say("nav.dashboard"));
            assertThat(visitor.complaints()).isEmpty();
        }
    }

    @Test
    @Order(3)
    void aSecondVisitSaysThatItIsDone() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en")) {
            visitor.visit("/setup#token=" + RunningMinga.SETUP_TOKEN);
            visitor.page().getByText(visitor.say("setup.already"), exactly()).waitFor();
            assertThat(visitor.page().locator("form").count()).isZero();
        }
    }

    private static Page.GetByTextOptions exactly() {
        return new Page.GetByTextOptions().setExact(true);
    }

    private static void fill(Visitor visitor) {
        visitor.field(visitor.say("setup.site-name")).fill("La Minga de prueba");
        visitor.button(visitor.say("action.continue")).click();
        visitor.field(visitor.say("auth.name")).fill("Rosa Operadora");
        visitor.field(visitor.say("auth.email")).fill("rosa@minga.example");
        visitor.field(visitor.say("auth.password")).fill(Caller.PASSWORD);
        visitor.button(visitor.say("setup.finish")).click();
    }
}
