package coop.minga.platform.payments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/** Payments over real HTTP and a real database, with a vendor that can lose, hang and lie. */
class PaymentsIT {

    private static final String TOP_UPS = "/api/v1/payments/top-ups";

    private static TestDatabase database;
    private static Db db;

    private final MovableClock clock = MovableClock.at("2026-11-20T10:00:00Z");
    private final MoodyVendor vendor = new MoodyVendor();
    private final HeldJobs jobs = new HeldJobs();
    private PaymentHost host;
    private WalletService wallet;
    private Payments payments;
    private Principal ana;
    private TestClient client;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.create();
        db = database.db();
    }

    @AfterAll
    static void dropDatabase() {
        database.close();
    }

    @BeforeEach
    void open() {
        db.useTransaction(handle -> handle.execute("TRUNCATE payments, payment_hooks CASCADE"));
        host = new PaymentHost(database, vendor, jobs, clock, CrashPoint.none());
        payments = host.payments();
        wallet = host.wallet();
        ana = PaymentHost.customer("en");
        client = host.client(ana);
    }

    @AfterEach
    void close() {
        host.close();
    }

    private TestClient admin() {
        return host.admin();
    }

    // ------------------------------------------------------------------ moves

    private String begin() {
        return host.begin(ana);
    }

    /** Begun at the vendor, waiting for the payer. */
    private String begun() {
        String id = begin();
        jobs.run();
        return id;
    }

    private String paid() {
        String id = begun();
        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        look(id);
        assertThat(state(id)).isEqualTo("succeeded");
        return id;
    }

    private void look(String id) {
        assertThat(client.once().post("/api/v1/payments/" + id + "/actions/check", null).status())
                .isEqualTo(202);
        jobs.run();
    }

    private JsonNode get(String id) {
        return client.get("/api/v1/payments/" + id).json();
    }

    private String state(String id) {
        return get(id).at("/state").asText();
    }

    private long balance() {
        return host.balance(ana);
    }

    private void janitorAfter(Duration time) {
        clock.move(time);
        round();
        jobs.run();
    }

    private void round() {
        db.useTransaction(handle -> payments.janitor().round(handle, clock.instant()));
    }

    private TestClient.Answer hook(String event, String payment) {
        return sent(MoodyVendor.hook(event, vendor.only(payment)), MoodyVendor.GOOD);
    }

    private TestClient.Answer sent(String body, String signature) {
        return host.hook(body, signature);
    }

    private static int count(String sql) {
        return db.read(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
    }

    private List<String> alerts(String id) {
        return db.read(handle ->
                handle.createQuery(
                                """
                                SELECT data ->> 'code' FROM facts
                                 WHERE type = 'payments.alert' AND subject = :id
                                """)
                        .bind("id", id)
                        .mapTo(String.class)
                        .list());
    }

    private TestClient.Answer refund(String id, Object amount) {
        return admin().once()
                .post(
                        "/api/v1/admin/payments/" + id + "/refunds",
                        amount.equals("all")
                                ? Map.of("reason", "Asked for")
                                : Map.of("amount_minor", amount, "reason", "Asked for"));
    }

    // ------------------------------------------------------------------ paying

    @Test
    void waysToPayNameWhatTheyTakeAndNeverCoins() {
        JsonNode way = client.get("/api/v1/payments/ways").json().at("/items/0");
        assertThat(way.at("/name").asText()).isEqualTo("moody");
        assertThat(way.at("/mode").asText()).isEqualTo("test");
        assertThat(way.at("/accepts").findValuesAsText("asset")).containsExactly("USD", "JPY");
    }

    @Test
    void topUpCreditsOnce() {
        String id = begun();
        assertThat(state(id)).isEqualTo("requires_action");
        assertThat(get(id).at("/action/url").asText()).isEqualTo("https://pay.example/c");
        assertThat(balance()).isZero();

        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        look(id);
        look(id);
        hook("e1", id);
        jobs.run();
        assertThat(state(id)).isEqualTo("succeeded");
        assertThat(get(id).at("/method").asText()).isEqualTo("Visa •••• 4242");
        assertThat(balance()).isEqualTo(1234);
        assertThat(
                        count(
                                "SELECT count(*) FROM facts WHERE type = 'payments.payment'"
                                        + " AND data ->> 'state' = 'succeeded' AND subject = '"
                                        + id
                                        + "'"))
                .isEqualTo(1);
        assertThat(
                        count(
                                "SELECT count(*) FROM facts WHERE type = 'wallet.changed'"
                                        + " AND subject = '"
                                        + ana.team()
                                        + "'"))
                .isEqualTo(1);
    }

    @Test
    void sameKeyIsOnePaymentAndItsFirstAnswer() {
        TestClient once = client.once();
        Map<String, Object> body =
                Map.of("provider", "moody", "asset", "USD", "amount_minor", 1234);
        TestClient.Answer first = once.post(TOP_UPS, body);
        jobs.run();
        assertThat(once.post(TOP_UPS, body).body()).isEqualTo(first.body());
        assertThat(count("SELECT count(*) FROM payments")).isEqualTo(1);
        assertThat(
                        once.post(
                                        TOP_UPS,
                                        Map.of(
                                                "provider", "moody",
                                                "asset", "USD",
                                                "amount_minor", 1235))
                                .status())
                .isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource({"USD, 49", "USD, 1000001", "USD, -5", "COIN, 100", "EUR, 100"})
    void amountsThatAreNotTakenAreRefusedWithTheirLimits(String asset, long amount) {
        TestClient.Answer answer =
                client.once()
                        .post(
                                TOP_UPS,
                                Map.of(
                                        "provider", "moody",
                                        "asset", asset,
                                        "amount_minor", amount));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(count("SELECT count(*) FROM payments")).isZero();
    }

    @Test
    void strangersSeeNothingAndCustomersAreNoOperators() {
        String id = begun();
        TestClient stranger = host.client(PaymentHost.customer("en"));
        assertThat(stranger.get("/api/v1/payments/" + id).status()).isEqualTo(404);
        assertThat(stranger.get("/api/v1/payments").json().at("/items")).isEmpty();
        assertThat(client.get("/api/v1/payments").json().at("/items")).hasSize(1);
        assertThat(client.get("/api/v1/admin/payments").status()).isEqualTo(403);
        assertThat(admin().get("/api/v1/admin/payments").json().at("/items")).hasSize(1);
    }

    @Test
    void checkoutFormNeedsAKey() {
        String path = "/api/v1/payments/" + begun() + "/checkout";
        assertThat(client.put(path, Map.of("values", Map.of())).status()).isEqualTo(400);
        assertThat(client.once().put(path, Map.of("values", Map.of())).at("/code"))
                .isEqualTo("payments.nothing-to-do");
    }

    @Test
    void authorizedMoneyIsTakenOnce() {
        String id = begun();
        vendor.becomes(vendor.only(id), PaymentOutcome.authorized());
        hook("e1", id);
        hook("e2", id);
        jobs.run();
        assertThat(state(id)).isEqualTo("succeeded");
        assertThat(balance()).isEqualTo(1234);
    }

    @Test
    void lateMoneyGoesToTheBalanceAfterADecline() {
        String id = begun();
        vendor.becomes(vendor.only(id), PaymentOutcome.declined(DeclineReason.EXPIRED));
        look(id);
        assertThat(state(id)).isEqualTo("declined");
        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        hook("late", id);
        jobs.run();
        assertThat(state(id)).isEqualTo("succeeded");
        assertThat(balance()).isEqualTo(1234);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | INSUFFICIENT_FUNDS | The card has insufficient funds.",
                "es | INSUFFICIENT_FUNDS | La tarjeta no tiene fondos suficientes.",
                "en | CARD_DECLINED | The card was declined. Contact your bank or use another"
                        + " card.",
                "es | EXPIRED_CARD | La tarjeta está vencida."
            })
    void declineIsToldInTheCustomersWords(String language, DeclineReason reason, String words) {
        String id = begun();
        vendor.becomes(vendor.only(id), PaymentOutcome.declined(reason));
        look(id);
        JsonNode seen =
                host.client(
                                new Principal(
                                        ana.account(),
                                        ana.team(),
                                        ana.roles(),
                                        language,
                                        "test",
                                        Set.of("*")))
                        .get("/api/v1/payments/" + id)
                        .json();
        assertThat(seen.at("/state").asText()).isEqualTo("declined");
        assertThat(seen.at("/reason/text").asText()).isEqualTo(words);
        assertThat(balance()).isZero();
    }

    @Test
    void vendorsOwnWordsNeverReachTheCustomer() {
        vendor.moods.put("start", MoodyVendor.Mood.REFUSES);
        assertThat(get(begun()).toString()).contains("declined").doesNotContain("raw words");
        vendor.moods.put("start", MoodyVendor.Mood.LOCKED);
        String locked = begun();
        assertThat(get(locked).at("/reason/code").asText()).isEqualTo("not_configured");
        assertThat(get(locked).toString()).doesNotContain("raw words");
        assertThat(alerts(locked)).containsExactly("not_configured");
    }

    // ------------------------------------------------------------------ not knowing

    @ParameterizedTest
    @ValueSource(strings = {"LOSES_THE_ANSWER", "LOSES_THE_QUESTION"})
    void lostStartIsAskedForAndHappensOnce(MoodyVendor.Mood mood) {
        vendor.moods.put("start", mood);
        String id = begun();
        assertThat(state(id)).isEqualTo("unknown");
        assertThat(get(id).at("/message").asText()).contains("will not be charged twice");
        janitorAfter(Duration.ofSeconds(59));
        assertThat(state(id)).isEqualTo("unknown");
        janitorAfter(Duration.ofSeconds(1));
        assertThat(state(id)).isEqualTo("requires_action");
        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        janitorAfter(Duration.ofMinutes(5));
        assertThat(balance()).isEqualTo(1234);
    }

    @Test
    void hostThatDiedInTheMiddleLooksBeforeItBeginsAgain() {
        String id = begin();
        PaymentId payment = PaymentId.parse(id);
        // As if the process had ended between the vendor's success and our commit.
        vendor.moods.put("start", MoodyVendor.Mood.LOSES_THE_ANSWER);
        jobs.run();
        db.useTransaction(handle ->
                new PaymentStore()
                        .move(
                                handle,
                                payment,
                                PaymentState.UNKNOWN,
                                PaymentState.STARTING,
                                clock.instant()));
        janitorAfter(Duration.ofMinutes(1));
        assertThat(vendor.starts.get()).isEqualTo(1);
        assertThat(state(id)).isEqualTo("requires_action");
    }

    @Test
    void lostWebhooksAreMadeGoodByAsking() {
        String id = begun();
        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        janitorAfter(Duration.ofMinutes(1));
        assertThat(balance()).isEqualTo(1234);
        assertThat(jobs.waiting()).isZero();
    }

    @Test
    void janitorAsksAfterOneFiveAndFifteenMinutesAnHourSixHoursAndDaily() {
        String id = begun();
        List<Duration> waits = new ArrayList<>(List.of(Duration.ofMinutes(1)));
        waits.addAll(JanitorJob.LADDER);
        waits.add(Duration.ofDays(1));
        for (Duration wait : waits) {
            clock.move(wait.minusSeconds(1));
            round();
            assertThat(jobs.waiting()).as("before " + wait).isZero();
            clock.move(Duration.ofSeconds(1));
            round();
            assertThat(jobs.waiting()).as("after " + wait).isEqualTo(1);
            jobs.run();
        }
        assertThat(waits.stream().map(Duration::toMinutes))
                .containsExactly(1L, 5L, 15L, 60L, 360L, 1_440L, 1_440L);
        assertThat(state(id)).isEqualTo("requires_action");
    }

    @Test
    void absentProviderIsWaitedFor() {
        String id = begin();
        vendor.takesWork = false;
        jobs.run();
        assertThat(state(id)).isEqualTo("created");
        assertThat(client.get("/api/v1/payments/ways").json().at("/items")).isEmpty();
        vendor.takesWork = true;
        janitorAfter(Duration.ofMinutes(1));
        assertThat(state(id)).isEqualTo("requires_action");
    }

    // ------------------------------------------------------------------ what does not match

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wrong_amount",
                "wrong_asset",
                "wrong_mode",
                "wrong_account",
                "wrong_reference",
                "wrong_handle",
                "short"
            })
    void whatDoesNotMatchIsHeldAndNeverCredited(String what) {
        String id = begun();
        PaymentHandle handle = vendor.only(id);
        vendor.becomes(handle, PaymentOutcome.succeeded());
        vendor.lie = lie(what);
        look(id);
        hook("e1", id);
        jobs.run();
        vendor.lie = UnaryOperator.identity();
        look(id);
        assertThat(state(id)).isEqualTo("held");
        assertThat(balance()).isZero();
        assertThat(alerts(id)).containsExactly(what.equals("wrong_asset") ? "wrong_amount" : what);
        JsonNode shown = admin().get("/api/v1/admin/payments?state=held").json().at("/items/0");
        assertThat(shown.at("/attention/fix").asText()).isNotBlank();
        assertThat(get(id).at("/message").asText()).contains("Your money is safe");
    }

    private static UnaryOperator<Payment> lie(String what) {
        return seen ->
                switch (what) {
                    case "wrong_amount" -> of(seen, Money.of(123_400, Asset.USD));
                    case "wrong_asset" -> of(seen, Money.of(1234, new Asset("JPY", 0)));
                    case "wrong_mode" ->
                            Payment.of(
                                            seen.handle(),
                                            seen.reference(),
                                            Mode.LIVE,
                                            seen.amount(),
                                            seen.outcome())
                                    .withAccount("acct_1");
                    case "wrong_account" -> seen.withAccount("acct_2");
                    case "wrong_reference" ->
                            Payment.of(
                                            seen.handle(),
                                            "pay_0",
                                            seen.mode(),
                                            seen.amount(),
                                            seen.outcome())
                                    .withAccount("acct_1");
                    case "wrong_handle" ->
                            Payment.of(
                                            new PaymentHandle("vother"),
                                            seen.reference(),
                                            seen.mode(),
                                            seen.amount(),
                                            seen.outcome())
                                    .withAccount("acct_1");
                    case "short" -> seen.withCaptured(Money.of(1233, Asset.USD));
                    default -> throw new AssertionError(what);
                };
    }

    private static Payment of(Payment seen, Money amount) {
        return Payment.of(seen.handle(), seen.reference(), seen.mode(), amount, seen.outcome())
                .withAccount("acct_1");
    }

    @Test
    void creditedPaymentThatChangesAfterwardsCallsAPerson() {
        String id = paid();
        vendor.becomes(vendor.only(id), PaymentOutcome.declined(DeclineReason.SETTLEMENT_FAILED));
        look(id);
        look(id);
        assertThat(state(id)).isEqualTo("succeeded");
        assertThat(alerts(id)).containsExactly("no_longer_paid");
    }

    // ------------------------------------------------------------------ webhooks

    @Test
    void sameWebhookAThousandTimesFiftyInParallelIsOneEffect() throws Exception {
        String id = begun();
        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            work.add(() -> hook("same", id).status());
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(50)) {
            for (Future<Integer> status : threads.invokeAll(work)) {
                assertThat(status.get()).isEqualTo(200);
            }
        }
        assertThat(count("SELECT count(*) FROM payment_hooks")).isEqualTo(1);
        assertThat(jobs.waiting()).isEqualTo(1);
        jobs.run();
        assertThat(balance()).isEqualTo(1234);
    }

    @Test
    void orderOfArrivalDoesNotMatter() {
        for (int order = 0; order < 20; order++) {
            Random random = new Random(order);
            long before = balance();
            String id = begin();
            if (random.nextBoolean()) {
                jobs.run();
            } else {
                jobs.runShuffled(random);
            }
            PaymentHandle handle = vendor.only(id);
            for (int step = 0; step < 6; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> vendor.becomes(handle, PaymentOutcome.pending());
                    case 1 -> vendor.becomes(handle, PaymentOutcome.authorized());
                    default -> hook("o" + order + "-" + random.nextInt(4), id);
                }
                if (random.nextInt(3) == 0) {
                    jobs.runShuffled(random);
                }
                if (state(id).equals("succeeded")) {
                    break;
                }
            }
            if (!state(id).equals("succeeded")) {
                vendor.becomes(handle, PaymentOutcome.succeeded());
            }
            hook("last" + order, id);
            jobs.runShuffled(random);
            assertThat(state(id)).as("order " + order).isEqualTo("succeeded");
            assertThat(balance() - before).as("order " + order).isEqualTo(1234);
        }
    }

    @Test
    void staleWordAfterSuccessIsLateAndNotBelieved() {
        String id = begun();
        PaymentHandle handle = vendor.only(id);
        Payment early =
                Payment.of(
                                handle,
                                id,
                                Mode.TEST,
                                Money.of(1234, Asset.USD),
                                PaymentOutcome.pending())
                        .withAccount("acct_1");
        vendor.becomes(handle, PaymentOutcome.succeeded());
        look(id);
        db.useTransaction(h -> payments.settlement().apply(h, PaymentId.parse(id), early));
        assertThat(state(id)).isEqualTo("succeeded");
        assertThat(alerts(id)).isEmpty();
    }

    @Test
    void forgedAndMalformedWebhooksAre400AndLeaveNothing() {
        String id = begun();
        String good = MoodyVendor.hook("e1", vendor.only(id));
        for (String signature : List.of("t,v1", "bad", "t=99999999999999999999,v1=0")) {
            assertThat(sent(good, signature).status()).isEqualTo(400);
        }
        assertThat(host.stranger().send("POST", "/hooks/moody", good).status()).isEqualTo(400);
        assertThat(sent("one-word", MoodyVendor.GOOD).status()).isEqualTo(400);
        assertThat(sent("x".repeat(100_000), MoodyVendor.GOOD).status()).isEqualTo(400);
        vendor.stumbles = true;
        assertThat(sent(good, MoodyVendor.GOOD).status()).isEqualTo(400);
        vendor.stumbles = false;
        assertThat(count("SELECT count(*) FROM payment_hooks")).isZero();
        assertThat(
                        host.meters()
                                .get("minga_payment_hooks")
                                .tag("result", "wrong_signature")
                                .counter()
                                .count())
                .isEqualTo(4);
        assertThat(host.stranger().send("GET", "/hooks/moody?a=1&a=2", null).status())
                .isEqualTo(400);
    }

    @Test
    void webhooksNobodyCanCheckAreAskedForAgain() {
        String id = begun();
        String good = MoodyVendor.hook("e1", vendor.only(id));
        vendor.hasSecret = false;
        TestClient.Answer answer = sent(good, MoodyVendor.GOOD);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsKey("retry-after");
        vendor.takesWork = false;
        assertThat(sent(good, MoodyVendor.GOOD).status()).isEqualTo(503);
        assertThat(host.stranger().send("POST", "/hooks/nobody", "x").status()).isEqualTo(404);
        vendor.takesWork = true;
        vendor.hookCheck = HookCheck.NONE;
        assertThat(sent(good, MoodyVendor.GOOD).status()).isEqualTo(404);
        assertThat(count("SELECT count(*) FROM payment_hooks")).isZero();
    }

    @Test
    void webhooksThatNeedTheVendorAreKeptFirstAndProvenAfterwards() {
        vendor.hookCheck = HookCheck.AFTER_STORING;
        String id = begun();
        vendor.becomes(vendor.only(id), PaymentOutcome.succeeded());
        assertThat(sent(MoodyVendor.hook("forged", vendor.only(id)), "bad").status())
                .isEqualTo(200);
        jobs.run();
        assertThat(balance()).isZero();
        assertThat(count("SELECT count(*) FROM payment_hooks WHERE state = 'refused'"))
                .isEqualTo(1);
        assertThat(hook("e1", id).status()).isEqualTo(200);
        assertThat(hook("e1", id).status()).isEqualTo(200);
        jobs.run();
        assertThat(balance()).isEqualTo(1234);
    }

    @Test
    void webhookAboutAForeignObjectIsIgnored() {
        assertThat(sent("e1 vforeign", MoodyVendor.GOOD).status()).isEqualTo(200);
        jobs.run();
        assertThat(count("SELECT count(*) FROM payment_hooks WHERE state = 'ignored'"))
                .isEqualTo(1);
    }

    // ------------------------------------------------------------------ refunds

    @Test
    void partialRefundsGoBackAndNeverExceedThePayment() {
        String id = paid();
        assertThat(refund(id, 400).status()).isEqualTo(202);
        assertThat(balance()).as("set aside at once").isEqualTo(834);
        jobs.run();
        assertThat(refund(id, 400).status()).isEqualTo(202);
        jobs.run();
        assertThat(balance()).isEqualTo(434);
        assertThat(refund(id, 435).at("/code")).isEqualTo("payments.not-refundable");
        assertThat(refund(id, "all").status()).isEqualTo(202);
        jobs.run();
        assertThat(refund(id, 1).status()).isEqualTo(409);
        assertThat(balance()).isZero();
        assertThat(vendor.refunded(vendor.only(id))).isEqualTo(Money.of(1234, Asset.USD));
        assertThat(
                        admin().get("/api/v1/admin/payments/" + id)
                                .json()
                                .at("/refunds")
                                .findValuesAsText("state"))
                .containsOnly("succeeded");
    }

    @Test
    void eightRefundsAtOnceNeverExceedThePayment() throws Exception {
        String id = paid();
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            work.add(() -> refund(id, 500).status());
        }
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Integer> status : threads.invokeAll(work)) {
                statuses.add(status.get());
            }
        }
        jobs.run();
        assertThat(statuses).containsOnly(202, 409);
        assertThat(statuses.stream().filter(status -> status == 202)).hasSize(2);
        assertThat(balance()).isEqualTo(234);
        assertThat(vendor.refunded(vendor.only(id))).isEqualTo(Money.of(1000, Asset.USD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOSES_THE_ANSWER", "LOSES_THE_QUESTION"})
    void lostRefundIsAskedForAndHappensOnce(MoodyVendor.Mood mood) {
        String id = paid();
        vendor.moods.put("refund", mood);
        refund(id, 400);
        jobs.run();
        assertThat(balance()).as("neither spent nor given back yet").isEqualTo(834);
        janitorAfter(Duration.ofMinutes(1));
        assertThat(vendor.refunded(vendor.only(id))).isEqualTo(Money.of(400, Asset.USD));
        assertThat(balance()).isEqualTo(834);
        assertThat(count("SELECT count(*) FROM payment_refunds WHERE state = 'succeeded'"))
                .isEqualTo(1);
    }

    @Test
    void declinedRefundIsTheCustomersAgain() {
        String id = paid();
        vendor.refundOutcome = RefundOutcome.declined(RefundOutcome.Reason.DISPUTED);
        refund(id, 400);
        jobs.run();
        assertThat(balance()).isEqualTo(1234);
        vendor.refundOutcome = RefundOutcome.succeeded();
        assertThat(refund(id, "all").status()).isEqualTo(202);
    }

    @Test
    void pendingRefundStaysSetAsideUntilItIsDecided() {
        String id = paid();
        vendor.refundOutcome = RefundOutcome.pending();
        refund(id, 400);
        jobs.run();
        assertThat(balance()).isEqualTo(834);
        vendor.refundOutcome = RefundOutcome.succeeded();
        janitorAfter(Duration.ofMinutes(1));
        assertThat(count("SELECT count(*) FROM payment_refunds WHERE state = 'succeeded'"))
                .isEqualTo(1);
    }

    @Test
    void spentMoneyIsNotGivenBack() {
        String id = paid();
        db.useTransaction(handle ->
                wallet.hold(
                        handle,
                        ana.team(),
                        Money.of(1000, Asset.USD),
                        new coop.minga.platform.ledger.Explains("order", "x")));
        TestClient.Answer answer = refund(id, "all");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.at("/code")).isEqualTo("wallet.insufficient-funds");
        assertThat(refund(id, 234).status()).isEqualTo(202);
    }

    @Test
    void whatIsNotPaidIsNotRefunded() {
        assertThat(refund(begun(), "all").status()).isEqualTo(409);
    }
}
