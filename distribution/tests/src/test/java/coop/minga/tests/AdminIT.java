package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What an operator does in the browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminIT {

    private Chromium chromium;
    private RunningMinga minga;
    private Caller admin;
    private Caller customer;

    @BeforeAll
    void boot() {
        chromium = Chromium.open();
        minga = RunningMinga.started();
        admin = minga.setUp();
        customer = minga.caller().signUp("carmen");
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
    void theBooksAreShownBalancedAndProvenOnDemand() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(admin)) {
            visitor.visit("/admin/books");
            Locator balanced =
                    visitor.page()
                            .locator(".notice.ok")
                            .getByText(
                                    visitor.say("books.balanced"),
                                    new Locator.GetByTextOptions().setExact(true));
            balanced.waitFor();
            visitor.button(visitor.say("books.verify")).click();
            visitor.page().locator(".toast.ok").waitFor();
            balanced.waitFor();
            assertThat(visitor.complaints()).isEmpty();
        }
    }

    @Test
    void coinsAreAdjustedWithAReasonThatTheCustomerSees() {
        long before = customer.coins("available_minor");
        try (Visitor visitor = Visitor.of(chromium, minga, "es").as(admin)) {
            Page page = visitor.visit("/admin/customers").page();
            visitor.link("carmen").click();
            visitor.settled();
            visitor.button(visitor.say("adjust.title")).click();
            visitor.field(visitor.say("entries.amount")).fill("12,50");
            visitor.dialogButton(visitor.say("adjust.submit")).click();
            visitor.field(visitor.say("adjust.reason"))
                    .and(page.locator("[aria-invalid=true]"))
                    .waitFor();
            visitor.field(visitor.say("adjust.reason")).fill("Compensación por el corte de luz");
            visitor.dialogButton(visitor.say("adjust.submit")).click();
            page.locator("tbody").getByText("Compensación por el corte de luz").waitFor();
            assertThat(visitor.complaints()).isEmpty();
        }
        assertThat(customer.coins("available_minor") - before).isEqualTo(1_250);
        try (Visitor visitor = Visitor.of(chromium, minga, "es").as(customer)) {
            visitor.visit("/wallet");
            visitor.page().locator("tbody").getByText("Compensación por el corte de luz").waitFor();
        }
    }

    @Test
    void testMoneyIsAddedByACustomerAndSeenByTheOperator() {
        try (Visitor visitor = Visitor.of(chromium, minga, "es").as(customer)) {
            Page page = visitor.visit("/wallet").page();
            visitor.link(visitor.say("topup.title")).click();
            page.waitForURL("**/wallet/top-up");
            visitor.settled();
            assertThat(page.locator(".notice.warn").innerText())
                    .contains(visitor.say("topup.test"));
            page.locator("[data-pointer='/amount_minor']").fill("25,50");
            visitor.button(visitor.say("topup.go")).click();
            Locator checkout = page.getByTestId("checkout");
            checkout.waitFor();
            checkout.locator("button[type=submit]").click();
            page.getByTestId("payment")
                    .getByText(
                            visitor.say("payment.succeeded"),
                            new Locator.GetByTextOptions().setExact(true))
                    .waitFor();
            assertThat(page.getByTestId("payment").innerText()).contains("25,50");
            assertThat(visitor.complaints()).isEmpty();
        }
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(admin)) {
            Page page = visitor.visit("/admin/payments").page();
            assertThat(page.locator("tbody tr").first().innerText())
                    .contains("25.50", visitor.say("topup.test-mark"), "payment-sandbox");
            assertThat(visitor.complaints()).isEmpty();
        }
    }

    @Test
    void pluginsAreListedAndAProviderIsTestedFromItsForm() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(admin)) {
            Page page = visitor.visit("/admin/plugins").page();
            for (String plugin :
                    new String[] {
                        "compute-docker",
                        "compute-sandbox",
                        "fiscal-sri",
                        "messaging-outbox",
                        "offering-container",
                        "offering-sandbox",
                        "payment-paypal",
                        "payment-sandbox",
                        "payment-stripe",
                        "payment-transfer"
                    }) {
                assertThat(page.locator("tr[data-key='" + plugin + "']").innerText())
                        .contains(visitor.say("signature.core"));
            }
            visitor.link("bubblewrap").click();
            visitor.settled();
            page.locator("form input, form select").first().waitFor();
            visitor.button(visitor.say("providers.test")).click();
            visitor.heading(visitor.say("providers.checks")).waitFor();
            assertThat(page.locator("section[aria-labelledby=checks]").innerText())
                    .contains(visitor.say("providers.passed"));
            visitor.picture("provider-tested");
            assertThat(visitor.complaints()).isEmpty();
        }
    }

    @Test
    void aCustomerDoesNotSeeTheAdministration() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(customer)) {
            visitor.visit("/admin");
            assertThat(visitor.page().locator("h1").innerText())
                    .isEqualTo(visitor.say("lost.title"));
        }
    }
}
