package coop.minga.platform.payments;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.TestClient;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Map;

/** People who say what a provider cannot see, over real HTTP and a real database. */
class ConfirmationsIT {

    private static TestDatabase database;

    private final MovableClock clock = MovableClock.at("2026-11-20T10:00:00Z");
    private final CounterVendor counter = new CounterVendor();
    private PaymentHost host;
    private Principal ana;
    private String payment;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.create();
    }

    @AfterAll
    static void dropDatabase() {
        database.close();
    }

    @BeforeEach
    void open() {
        host = new PaymentHost(database, counter, new HeldJobs(), clock, CrashPoint.none());
        ana = PaymentHost.customer("en");
        payment = host.begin(ana);
        host.jobs().run();
    }

    @AfterEach
    void close() {
        host.booksMustBalance();
        host.close();
    }

    private TestClient.Answer confirm(TestClient client, long received) {
        return client.once()
                .put(
                        "/api/v1/admin/payments/" + payment + "/confirmation",
                        Map.of("received_minor", received, "note", "seen on the account"));
    }

    @Test
    void confirmedMoneyIsCreditedOnceHoweverOftenItIsSaid() {
        assertThat(confirm(host.admin(), 1234).status()).isEqualTo(200);
        assertThat(confirm(host.admin(), 1234).status()).isEqualTo(200);
        host.jobs().run();
        assertThat(host.balance(ana)).isEqualTo(1234);
        assertThat(
                        host.texts(
                                "SELECT action FROM audit_entries WHERE action LIKE"
                                        + " 'payment.confirmed'"))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void anotherAmountIsRefusedAndCreditsNothing() {
        TestClient.Answer answer = confirm(host.admin(), 1233);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).doesNotContain("raw words");
        assertThat(host.balance(ana)).isZero();
    }

    @Test
    void onlyAdministratorsConfirm() {
        assertThat(confirm(host.client(ana), 1234).status()).isEqualTo(403);
        assertThat(confirm(host.stranger(), 1234).status()).isEqualTo(401);
        assertThat(host.balance(ana)).isZero();
    }

    @Test
    void rejectedPaymentIsDeclinedAndNotConfirmedAfterwards() {
        TestClient.Answer rejected =
                host.admin()
                        .once()
                        .put(
                                "/api/v1/admin/payments/" + payment + "/rejection",
                                Map.of("note", "never came"));
        assertThat(rejected.at("/payment/state")).as(rejected.text()).isEqualTo("declined");
        assertThat(confirm(host.admin(), 1234).status()).isEqualTo(409);
        assertThat(host.balance(ana)).isZero();
    }

    @Test
    void statementPaysWhatItNames() {
        String known = counter.vendor.only(payment).value();
        TestClient.Answer answer =
                host.admin()
                        .once()
                        .send("PUT", "/api/v1/admin/statements/" + MoodyVendor.NAME, known);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.at("/items/0/verdict")).isEqualTo("paid");
        assertThat(answer.at("/items/0/payment")).isEqualTo(payment);
        host.jobs().run();
        assertThat(host.balance(ana)).isEqualTo(1234);
    }

    @Test
    void refundSentByHandEndsWhenAPersonSaysSo() {
        confirm(host.admin(), 1234);
        counter.vendor.refundOutcome = RefundOutcome.pending();
        TestClient.Answer asked =
                host.admin()
                        .once()
                        .post(
                                "/api/v1/admin/payments/" + payment + "/refunds",
                                Map.of("amount_minor", 234, "reason", "asked for"));
        host.jobs().run();
        TestClient.Answer sent =
                host.admin()
                        .once()
                        .put(
                                "/api/v1/admin/refunds/" + asked.at("/id") + "/confirmation",
                                Map.of("note", "sent today"));
        assertThat(sent.at("/state")).as(sent.text()).isEqualTo("succeeded");
        assertThat(host.balance(ana)).isEqualTo(1000);
    }
}
