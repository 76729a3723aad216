package coop.minga.platform.payments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.app.CollectedMethods;
import coop.minga.platform.billing.SavedMethods;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.TestClient;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Cards that a vendor keeps, charged while the customer is away. */
class MethodsIT {

    private static final String METHODS = "/api/v1/payments/methods";

    private static TestDatabase database;

    private final MovableClock clock = MovableClock.at("2026-11-20T10:00:00Z");
    private final MoodyVendor vendor = new MoodyVendor();
    private final Principal ana = PaymentHost.customer("en");
    private PaymentHost host;
    private TestClient client;

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
        database.db()
                .useTransaction(handle ->
                        handle.execute("TRUNCATE payment_methods, payment_hooks CASCADE"));
        host = new PaymentHost(database, vendor, new HeldJobs(), clock, CrashPoint.none());
        client = host.client(ana);
    }

    @AfterEach
    void close() {
        host.booksMustBalance();
        host.close();
    }

    private String begun() {
        TestClient.Answer answer =
                client.once().post(METHODS, Map.of("provider", MoodyVendor.NAME));
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        host.jobs().run();
        return answer.at("/id");
    }

    private String saved(String card) {
        String id = begun();
        vendor.saves(id, card);
        look(id);
        return id;
    }

    private void look(String id) {
        assertThat(client.once().post(METHODS + "/" + id + "/actions/check", null).status())
                .isEqualTo(202);
        host.jobs().run();
    }

    private JsonNode get(String id) {
        return client.get(METHODS + "/" + id).json();
    }

    private Optional<PaymentId> charge(String debt, int attempt, String method) {
        return database.db()
                .inTransaction(handle ->
                        host.payments()
                                .collector()
                                .charge(
                                        handle,
                                        ana.team(),
                                        ana.account(),
                                        debt,
                                        attempt,
                                        Money.of(1500, Asset.USD),
                                        MethodId.parse(method)));
    }

    private String charged(String debt, int attempt, String method) {
        String id = charge(debt, attempt, method).orElseThrow().toString();
        host.jobs().run();
        return id;
    }

    private JsonNode payment(String id) {
        return client.get("/api/v1/payments/" + id).json();
    }

    @Test
    void cardIsSavedOnlyWhenTheVendorSaysSo() {
        String id = begun();
        assertThat(get(id).at("/state").asText()).isEqualTo("requires_action");
        assertThat(get(id).at("/action/url").asText()).isEqualTo("https://pay.example/s");
        look(id);
        assertThat(get(id).at("/state").asText()).isEqualTo("requires_action");
        vendor.saves(id, "4242");
        look(id);
        assertThat(get(id).at("/state").asText()).isEqualTo("saved");
        assertThat(get(id).at("/label").asText()).isEqualTo("Visa •••• 4242");
        assertThat(get(id).at("/expires").asText()).isEqualTo("2031-04");
        assertThat(get(id).at("/is_default").asBoolean()).isTrue();
    }

    @Test
    void theSameCardIsSavedOnce() {
        saved("4242");
        String again = saved("4242");
        assertThat(get(again).at("/state").asText()).isEqualTo("declined");
        assertThat(get(again).at("/message").asText()).isEqualTo("This one is saved already.");
    }

    @Test
    void anotherCanBeTheDefaultAndTakesOverWhenItIsRemoved() {
        String first = saved("4242");
        String second = saved("1881");
        assertThat(client.once().post(METHODS + "/" + second + "/actions/default", null).status())
                .isEqualTo(200);
        assertThat(get(first).at("/is_default").asBoolean()).isFalse();
        assertThat(client.get(METHODS).json().at("/items/0/id").asText()).isEqualTo(second);
        assertThat(client.once().delete(METHODS + "/" + second).status()).isEqualTo(204);
        assertThat(charge("inv_1", 1, second)).isEmpty();
        host.jobs().run();
        assertThat(vendor.cards()).isEqualTo(1);
        assertThat(get(second).at("/state").asText()).isEqualTo("removed");
        assertThat(get(first).at("/is_default").asBoolean()).isTrue();
        assertThat(client.get(METHODS).json().at("/items")).hasSize(1);
    }

    @Test
    void billingsDemandChargesTheDefaultOnceAndTheNextAttemptTheNext() {
        UUID demand = UUID.randomUUID();
        assertThat(demanded(demand, 1)).isFalse();
        saved("4242");
        saved("1881");
        int before = client.get("/api/v1/payments").json().at("/items").size();
        assertThat(demanded(demand, 1)).isTrue();
        assertThat(demanded(demand, 1)).isTrue();
        assertThat(client.get("/api/v1/payments").json().at("/items")).hasSize(before + 1);
        assertThat(demanded(demand, 2)).isTrue();
        assertThat(client.get("/api/v1/payments").json().at("/items")).hasSize(before + 2);
        host.jobs().run();
    }

    private boolean demanded(UUID id, int attempt) {
        return database.db()
                .inTransaction(handle ->
                        new CollectedMethods(host.payments().collector())
                                .charge(
                                        handle,
                                        new SavedMethods.Demand(
                                                id,
                                                ana.team(),
                                                ana.account(),
                                                Money.of(1500, Asset.USD),
                                                attempt,
                                                "sub_1")));
    }

    @Test
    void whatIsGivenUpWhileItIsSavedIsForgottenToo() {
        String id = begun();
        vendor.saves(id, "4242");
        client.once().delete(METHODS + "/" + id);
        host.jobs().run();
        assertThat(vendor.cards()).isZero();
        assertThat(get(id).at("/state").asText()).isEqualTo("removed");
    }

    @Test
    void strangersNeitherSeeNorRemoveNorChargeIt() {
        String id = saved("4242");
        TestClient other = host.client(PaymentHost.customer("en"));
        assertThat(other.get(METHODS).json().at("/items")).isEmpty();
        assertThat(other.get(METHODS + "/" + id).status()).isEqualTo(404);
        assertThat(other.once().delete(METHODS + "/" + id).status()).isEqualTo(404);
        TestClient.Answer topUp =
                other.once()
                        .post(
                                "/api/v1/payments/top-ups",
                                Map.of(
                                        "provider",
                                        MoodyVendor.NAME,
                                        "asset",
                                        "USD",
                                        "amount_minor",
                                        500,
                                        "method",
                                        id));
        assertThat(topUp.at("/code")).isEqualTo("payments.way-not-available");
    }

    @Test
    void sameAttemptAtADebtIsOneChargeAndTheNextIsAnother() {
        String card = saved("4242");
        String first = charged("inv_1", 1, card);
        assertThat(charged("inv_1", 1, card)).isEqualTo(first);
        assertThat(host.balance(ana)).isEqualTo(1500);
        String second = charged("inv_1", 2, card);
        assertThat(second).isNotEqualTo(first);
        assertThat(host.balance(ana)).isEqualTo(3000);
        assertThat(
                        host.texts(
                                """
                                SELECT DISTINCT data ->> 'charge' FROM facts
                                 WHERE type = 'payments.payment'
                                   AND data ->> 'state' = 'succeeded'
                                   AND data ->> 'charge' LIKE 'charge/inv_1/%' ORDER BY 1
                                """))
                .containsExactly("charge/inv_1/1", "charge/inv_1/2");
    }

    @Test
    void topUpWithASavedCardNeedsNoPage() {
        String card = saved("4242");
        TestClient.Answer answer =
                client.once()
                        .post(
                                "/api/v1/payments/top-ups",
                                Map.of(
                                        "provider",
                                        MoodyVendor.NAME,
                                        "asset",
                                        "USD",
                                        "amount_minor",
                                        700,
                                        "method",
                                        card));
        assertThat(answer.status()).isEqualTo(202);
        host.jobs().run();
        assertThat(host.balance(ana)).isEqualTo(700);
    }

    @Test
    void bankThatWantsToSeeTheCustomerMakesThePaymentWait() {
        String card = saved("3220");
        vendor.chargeOutcome = PaymentOutcome.redirect(URI.create("https://pay.example/3ds"));
        String id = charged("inv_1", 1, card);
        assertThat(payment(id).at("/state").asText()).isEqualTo("requires_action");
        assertThat(payment(id).at("/action/url").asText()).isEqualTo("https://pay.example/3ds");
        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        clock.move(Duration.ofMinutes(1));
        host.janitor(clock);
        assertThat(host.balance(ana)).isEqualTo(1500);
    }

    @Test
    void declineIsToldInTheCustomersWordsAndMovesNothing() {
        String card = saved("9995");
        vendor.chargeOutcome = PaymentOutcome.declined(DeclineReason.INSUFFICIENT_FUNDS);
        String id = charged("inv_1", 1, card);
        assertThat(payment(id).at("/message").asText())
                .isEqualTo("The card has insufficient funds.");
        assertThat(host.balance(ana)).isZero();
        assertThat(get(card).at("/state").asText()).isEqualTo("saved");
    }

    @Test
    void cardThatIsGoneAtTheVendorIsGoneHere() {
        String card = saved("4242");
        vendor.losesCards();
        String id = charged("inv_1", 1, card);
        assertThat(payment(id).at("/message").asText()).isEqualTo("Please add your card again.");
        assertThat(get(card).at("/state").asText()).isEqualTo("removed");
        assertThat(client.get(METHODS).json().at("/items")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOSES_THE_ANSWER", "LOSES_THE_QUESTION"})
    void unknownChargeIsAskedForAndHappensOnce(MoodyVendor.Mood mood) {
        String card = saved("4242");
        vendor.moods.put("charge", mood);
        String id = charged("inv_1", 1, card);
        assertThat(payment(id).at("/message").asText())
                .isEqualTo("We are asking your bank. You will not be charged twice.");
        assertThat(host.balance(ana)).isZero();
        clock.move(Duration.ofMinutes(1));
        host.janitor(clock);
        assertThat(vendor.only(id)).isNotNull();
        assertThat(host.balance(ana)).isEqualTo(1500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOSES_THE_ANSWER", "LOSES_THE_QUESTION"})
    void unknownSavingIsAskedForAndBegunOnce(MoodyVendor.Mood mood) {
        vendor.moods.put("setup", mood);
        String id = begun();
        assertThat(get(id).at("/state").asText()).isEqualTo("unknown");
        clock.move(Duration.ofMinutes(1));
        host.janitor(clock);
        assertThat(get(id).at("/state").asText()).isEqualTo("requires_action");
    }
}
