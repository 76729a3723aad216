package coop.minga.platform.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.TeamId;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.ledger.Books;
import coop.minga.platform.ledger.CheckpointKey;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.ledger.Journal;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.ledger.LedgerRoutes;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Wallets over real HTTP and underneath it. */
class WalletIT {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final Ids IDS = new Ids(CLOCK, new SecureRandom());
    private static final Map<AccountId, TeamId> TEAMS = new ConcurrentHashMap<>();

    private static TestDatabase database;
    private static Db db;
    private static Ledger ledger;
    private static WalletService wallet;
    private static TestHttp http;

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
        db = database.db();
        ledger = new Ledger(CLOCK);
        wallet = new WalletService(ledger, IDS, WalletConfig.trial());
        AuditLog audit = new AuditLog(db, CLOCK, IDS);
        OutboxEvents events = new OutboxEvents(db, database.address(), CLOCK, true);
        AccountTeams teams = (handle, account) -> Optional.ofNullable(TEAMS.get(account));
        GiftCodes gifts = new GiftCodes(wallet, db, audit, events, IDS, CLOCK, new SecureRandom());
        Adjustments adjustments =
                new Adjustments(wallet, ledger, teams, db, audit, events, IDS, CLOCK);
        http =
                TestHttp.serving(
                        db,
                        new WalletRoutes(wallet, gifts, adjustments, teams, db),
                        new LedgerRoutes(
                                new Books(
                                        db,
                                        ledger,
                                        new CheckpointKey(new byte[32]),
                                        CLOCK,
                                        () -> ""),
                                new Journal(db),
                                ledger,
                                db));
    }

    @AfterAll
    static void close() {
        http.close();
        database.close();
    }

    @Test
    void aNewAccountFindsItsWelcomeOnce() {
        Customer customer = customer();
        welcome(customer);

        assertThat(customer.balances())
                .isEqualTo(Map.of("earned", 0L, "promo", 10_000L, "paid", 0L));
        JsonNode entry = customer.get("/api/v1/wallet/entries").at("/items/0");
        assertThat(entry.at("/kind").asText()).isEqualTo("welcome");
        assertThat(entry.at("/amount_minor").asLong()).isEqualTo(10_000);
        assertThat(entry.at("/balance_minor").asLong()).isEqualTo(10_000);
        assertThat(entry.at("/bucket").asText()).isEqualTo("promo");
        assertThat(entry.at("/explains/type").asText()).isEqualTo("account");
    }

    @Test
    void coinsAreSpentEarnedFirstAndRefundedPaidFirst() {
        Customer customer = customer();
        adjust(customer, "earned", "add", 100);
        adjust(customer, "paid", "add", 1_000);

        WalletHold hold = hold(customer, 10_500);
        assertThat(customer.balances()).isEqualTo(Map.of("earned", 0L, "promo", 0L, "paid", 600L));

        Capture capture =
                db.inTransaction(h ->
                        wallet.capture(
                                h,
                                hold.id(),
                                coins(10_300),
                                List.of(
                                        new SplitPart("node/a", coins(3_000), "r@1"),
                                        new SplitPart("operator", coins(7_300), "r@1")),
                                "purchase",
                                new Explains("order", "x")));
        assertThat(customer.balances()).isEqualTo(Map.of("earned", 0L, "promo", 0L, "paid", 800L));

        refund(capture, 250);
        assertThat(customer.balances())
                .isEqualTo(Map.of("earned", 0L, "promo", 50L, "paid", 1_000L));
        refund(capture, 10_050);
        assertThat(customer.balances())
                .isEqualTo(Map.of("earned", 100L, "promo", 10_000L, "paid", 1_000L));
        assertThatThrownBy(() -> refund(capture, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsMissingIsNamed() {
        Customer customer = customer();

        assertThatThrownBy(() -> hold(customer, 10_001))
                .hasMessageContaining("wallet.insufficient-funds")
                .hasMessageContaining("0.01 COIN is missing");
    }

    @Test
    void aGiftCodeWithThreeUsesServesExactlyThreeOfFiftyAtOnce() throws Exception {
        String code = code(Map.of("amount_minor", 700, "uses", 3));
        List<Callable<Integer>> work = new ArrayList<>();
        List<Customer> customers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Customer customer = customer();
            customers.add(customer);
            work.add(() -> customer.redeem(code).status());
        }

        List<Integer> statuses = inParallel(work);

        assertThat(statuses).filteredOn(status -> status == 200).hasSize(3);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(47);
        assertThat(customers.stream().mapToLong(c -> c.balances().get("promo") - 10_000).sum())
                .isEqualTo(2_100);
    }

    @Test
    void aGiftCodeWorksOncePerTeamEvenAtOnce() throws Exception {
        String code = code(Map.of("amount_minor", 700, "uses", 10));
        Customer customer = customer();
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            work.add(() -> customer.redeem(code.toLowerCase(java.util.Locale.ROOT)).status());
        }

        assertThat(inParallel(work)).filteredOn(status -> status == 200).hasSize(1);
        assertThat(customer.balances().get("promo")).isEqualTo(10_700);
        JsonNode listed = admin().get("/api/v1/admin/gift-codes").json().at("/items/0");
        assertThat(listed.at("/used").asInt()).isEqualTo(1);
        assertThat(listed.at("/uses_left").asInt()).isEqualTo(9);
    }

    @Test
    void codesThatCannotBeAreAnsweredLikeUnknownOnes() {
        Customer customer = customer();
        for (String code : List.of("NO-SUCH-CODE", "", "x", "'; DROP", "é".repeat(50))) {
            TestClient.Answer answer = customer.redeem(code);
            assertThat(answer.status()).as(code).isEqualTo(404);
            assertThat(answer.at("/code")).isEqualTo("wallet.gift-code-unknown");
        }
    }

    @Test
    void anEndedCodeIsWorthNothing() {
        TestClient.Answer made =
                admin().once().post("/api/v1/admin/gift-codes", Map.of("amount_minor", 5));
        admin().delete("/api/v1/admin/gift-codes/" + made.at("/id"));

        assertThat(customer().redeem(made.at("/code")).at("/code"))
                .isEqualTo("wallet.gift-code-used-up");
    }

    @Test
    void anAdjustmentAddsTakesAndSetsWithItsReason() {
        Customer customer = customer();
        adjust(customer, null, "add", 500);
        adjust(customer, null, "sub", 200);
        JsonNode set = adjust(customer, null, "set", 42).json();

        assertThat(set.at("/change_minor").asLong()).isEqualTo(42 - 10_300);
        assertThat(set.at("/available_minor").asLong()).isEqualTo(42);
        JsonNode entry = customer.get("/api/v1/wallet/entries?limit=1").at("/items/0");
        assertThat(entry.at("/kind").asText()).isEqualTo("adjustment");
        assertThat(entry.at("/reason").asText()).isEqualTo("because of the test");
        assertThat(entry.at("/explains/id").asText()).isEqualTo(set.at("/id").asText());
        TestClient.Answer refused = adjust(customer, null, "sub", 43);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/code")).isEqualTo("wallet.insufficient-funds");
    }

    @Test
    void theSameKeyAdjustsOnceAndAnswersTheSameBytes() throws Exception {
        Customer customer = customer();
        TestClient once = admin().once();
        List<Callable<String>> work = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            work.add(() ->
                    once.post(
                                    "/api/v1/admin/accounts/" + customer.account + "/adjustments",
                                    Map.of(
                                            "asset", "COIN",
                                            "op", "add",
                                            "amount_minor", 5,
                                            "reason", "because of the test"))
                            .text());
        }

        assertThat(inParallel(work).stream().distinct()).hasSize(1);
        assertThat(customer.balances().get("promo")).isEqualTo(10_005);
    }

    @Test
    void moneyHasABalanceOfItsOwn() {
        Customer customer = customer();
        TestClient.Answer added =
                admin().once()
                        .post(
                                "/api/v1/admin/accounts/" + customer.account + "/adjustments",
                                Map.of(
                                        "asset", "USD",
                                        "op", "add",
                                        "amount_minor", 1_250,
                                        "reason", "bank transfer 17"));

        assertThat(added.status()).isEqualTo(201);
        assertThat(customer.balances().get("balance")).isEqualTo(1_250);
        assertThat(customer.get("/api/v1/wallet/entries?asset=USD").at("/items").size())
                .isEqualTo(1);
    }

    @Test
    void wrongAdjustmentsAreRefusedWithTheFieldNamed() {
        Customer customer = customer();
        Map<String, Object> good =
                Map.of("asset", "COIN", "op", "add", "amount_minor", 5, "reason", "fine reason");
        Map<String, Map<String, Object>> wrong =
                Map.of(
                        "/asset", Map.of("asset", "c\u0000in"),
                        "/bucket", Map.of("bucket", "balance"),
                        "/op", Map.of("op", "steal"),
                        "/amount_minor", Map.of("amount_minor", -5),
                        "/reason", Map.of("reason", "\u0000\u0001\u0002"),
                        "/expires_at", Map.of("expires_at", "2020-01-01T00:00:00Z"));

        wrong.forEach((pointer, change) -> {
            Map<String, Object> body = new HashMap<>(good);
            body.putAll(change);
            TestClient.Answer answer =
                    admin().once()
                            .post(
                                    "/api/v1/admin/accounts/" + customer.account + "/adjustments",
                                    body);
            assertThat(answer.status()).as(pointer).isEqualTo(400);
            assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
        });
        assertThat(customer.balances().get("promo")).isEqualTo(10_000);
    }

    @Test
    void customersCannotAdjustAndSeeOnlyTheirOwn() {
        Customer customer = customer();
        Customer other = customer();

        assertThat(
                        customer.client
                                .once()
                                .post(
                                        "/api/v1/admin/accounts/"
                                                + customer.account
                                                + "/adjustments",
                                        Map.of(
                                                "asset", "COIN",
                                                "op", "add",
                                                "amount_minor", 5,
                                                "reason", "please"))
                                .status())
                .isEqualTo(403);
        assertThat(
                        customer.client
                                .get("/api/v1/admin/accounts/" + other.account + "/wallet")
                                .status())
                .isEqualTo(403);
        assertThat(http.client().get("/api/v1/wallet").status()).isEqualTo(401);
    }

    @Test
    void theStatementPagesWithoutGapsAndAsCsvWithoutFormulas() {
        Customer customer = customer();
        for (int i = 1; i <= 7; i++) {
            adjust(customer, null, "add", i);
        }
        admin().once()
                .post(
                        "/api/v1/admin/accounts/" + customer.account + "/adjustments",
                        Map.of(
                                "asset", "COIN",
                                "op", "add",
                                "amount_minor", 8,
                                "reason", "=HYPERLINK(\"http://evil\")"));

        List<Long> amounts = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    customer.get(
                            "/api/v1/wallet/entries?limit=3"
                                    + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            page.at("/items").forEach(item -> amounts.add(item.at("/amount_minor").asLong()));
            cursor = page.at("/next_cursor").asText("");
        } while (!cursor.isEmpty());

        assertThat(amounts).containsExactly(8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L, 10_000L);
        String csv =
                customer.client.header("Accept", "text/csv").get("/api/v1/wallet/entries").text();
        assertThat(csv.lines()).hasSize(10);
        assertThat(csv).contains("'=HYPERLINK").doesNotContain(",=HYPERLINK");
        assertThat(customer.client.get("/api/v1/wallet/entries?cursor=nonsense").status())
                .isEqualTo(400);
    }

    @Test
    void coinsThatEndAreTakenBackAsFarAsUnspent() {
        Customer customer = customer();
        Instant end = CLOCK.instant().plusSeconds(3_600);
        admin().once()
                .post(
                        "/api/v1/admin/accounts/" + customer.account + "/adjustments",
                        Map.of(
                                "asset", "COIN",
                                "op", "add",
                                "amount_minor", 500,
                                "reason", "for this week",
                                "expires_at", end.toString()));
        release(hold(customer, 10));
        capture(hold(customer, 200), 200);

        db.inTransaction(h -> wallet.expireCoins(h, end.minusSeconds(1), 100));
        assertThat(customer.balances().get("promo")).isEqualTo(10_300);
        db.inTransaction(h -> wallet.expireCoins(h, end.plusSeconds(1), 100));
        db.inTransaction(h -> wallet.expireCoins(h, end.plusSeconds(2), 100));

        assertThat(customer.balances().get("promo")).isEqualTo(10_000);
    }

    @Test
    void theBooksPageSaysThatAllThisFits() {
        Customer customer = customer();
        capture(hold(customer, 77), 50);

        JsonNode books = admin().post("/api/v1/admin/books/verify", null).json();

        assertThat(books.at("/balanced").asBoolean()).as(books.toPrettyString()).isTrue();
        assertThat(books.at("/assets/0/asset").asText()).isEqualTo("COIN");
        assertThat(books.at("/assets/0/sum_minor").asLong()).isZero();
        assertThat(books.at("/assets/0/transfers").asLong()).isPositive();
        assertThat(books.at("/checkpoint/n").asLong()).isPositive();
        assertThat(books.at("/checkpoint/root").asText()).hasSize(64);
        assertThat(admin().get("/api/v1/admin/books").json().at("/verified_at").asText())
                .isNotEmpty();
        assertThat(customer.client.get("/api/v1/admin/books").status()).isEqualTo(403);
    }

    @Test
    void aLineOfTheStatementSaysWhereTheMoneyWent() {
        Customer customer = customer();
        WalletHold held = hold(customer, 101);
        db.inTransaction(h ->
                wallet.capture(
                        h,
                        held.id(),
                        coins(101),
                        List.of(
                                new SplitPart("node/a", coins(85), "gpu@3"),
                                new SplitPart("operator", coins(16), "gpu@3")),
                        "purchase",
                        new Explains("instance", "ins_x")));
        String id = customer.get("/api/v1/wallet/entries").at("/items/0/id").asText();

        JsonNode detail = customer.get("/api/v1/wallet/entries/" + id);

        assertThat(detail.at("/explains/id").asText()).isEqualTo("ins_x");
        List<String> movements = new ArrayList<>();
        detail.at("/movements")
                .forEach(one ->
                        movements.add(
                                "%s > %s %d %s"
                                        .formatted(
                                                one.at("/from").asText(),
                                                one.at("/to").asText(),
                                                one.at("/amount_minor").asLong(),
                                                one.at("/rule").asText())));
        assertThat(movements)
                .containsExactly(
                        "promo > revenue/node/a 85 gpu@3", "promo > revenue/operator 16 gpu@3");
        assertThat(customer().client.get("/api/v1/wallet/entries/" + id).status()).isEqualTo(404);
        assertThat(admin().get("/api/v1/admin/books/entries/" + id).json().at("/postings"))
                .hasSize(2);
        assertThat(admin().get("/api/v1/admin/books/entries/nonsense").status()).isEqualTo(404);
    }

    @Test
    void theJournalHasEveryPostingOfItsTime() {
        Customer customer = customer();
        Instant before = CLOCK.instant();
        adjust(customer, "earned", "add", 100);
        adjust(customer, "earned", "sub", 30);

        String csv = admin().get("/api/v1/admin/books/journal?from=" + before).text();

        List<String> lines =
                csv.lines().filter(line -> line.contains(customer.team.toString())).toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).contains(",adjustment,final,1,platform/issued/coin#");
        assertThat(lines.getLast()).contains("/coins/earned,platform/issued/coin#", ",COIN,30,");
        assertThat(admin().get("/api/v1/admin/books/journal?until=" + before).text())
                .doesNotContain(lines.getFirst());
        assertThat(admin().get("/api/v1/admin/books/journal?from=yesterday").status())
                .isEqualTo(400);
    }

    // ------------------------------------------------------------------ shorthand

    private static final class Customer {
        private final AccountId account;
        private final TeamId team;
        private final TestClient client;

        Customer(AccountId account, TeamId team, TestClient client) {
            this.account = account;
            this.team = team;
            this.client = client;
        }

        JsonNode get(String path) {
            return client.get(path).json();
        }

        TestClient.Answer redeem(String code) {
            return client.once().post("/api/v1/gift-codes/redeem", Map.of("code", code));
        }

        Map<String, Long> balances() {
            Map<String, Long> balances = new HashMap<>();
            get("/api/v1/wallet")
                    .at("/balances")
                    .forEach(one ->
                            balances.put(
                                    one.at("/bucket").asText(),
                                    one.at("/available_minor").asLong()));
            return balances;
        }
    }

    private static Customer customer() {
        AccountId account = new AccountId(IDS.next());
        TeamId team = new TeamId(IDS.next());
        TEAMS.put(account, team);
        String token =
                http.signIn(
                        new Principal(
                                account,
                                team,
                                java.util.Set.of(Role.CUSTOMER),
                                "en",
                                "test",
                                java.util.Set.of("*")));
        Customer customer =
                new Customer(
                        account, team, http.client().header("Authorization", "Bearer " + token));
        welcome(customer);
        return customer;
    }

    private static void welcome(Customer customer) {
        db.useTransaction(handle -> wallet.grantWelcome(handle, customer.account, customer.team));
    }

    private static TestClient admin() {
        return http.client().header("Authorization", "Bearer " + http.signIn(Role.ADMIN));
    }

    private static String code(Map<String, Object> body) {
        TestClient.Answer made = admin().once().post("/api/v1/admin/gift-codes", body);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.at("/code");
    }

    private static TestClient.Answer adjust(
            Customer customer, String bucket, String op, long amount) {
        Map<String, Object> body = new HashMap<>();
        body.put("asset", "COIN");
        body.put("op", op);
        body.put("amount_minor", amount);
        body.put("reason", "because of the test");
        if (bucket != null) {
            body.put("bucket", bucket);
        }
        return admin().once()
                .post("/api/v1/admin/accounts/" + customer.account + "/adjustments", body);
    }

    private static WalletHold hold(Customer customer, long amount) {
        return db.inTransaction(
                h -> wallet.hold(h, customer.team, coins(amount), new Explains("order", "x")));
    }

    private static void release(WalletHold hold) {
        db.useTransaction(h -> wallet.release(h, hold.id()));
    }

    private static void capture(WalletHold hold, long amount) {
        db.useTransaction(h ->
                wallet.capture(
                        h,
                        hold.id(),
                        coins(amount),
                        List.of(new SplitPart("operator", coins(amount), "r@1")),
                        "purchase",
                        new Explains("order", "x")));
    }

    private static void refund(Capture capture, long amount) {
        UUID id = capture.id();
        db.useTransaction(h -> wallet.refund(h, id, coins(amount), new Explains("order", "x")));
    }

    private static Money coins(long minor) {
        return new Money(minor, Asset.COIN);
    }

    private static <T> List<T> inParallel(List<Callable<T>> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> done : threads.invokeAll(work)) {
                results.add(done.get());
            }
            return results;
        }
    }
}
