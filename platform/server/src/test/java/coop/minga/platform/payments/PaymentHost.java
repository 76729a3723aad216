package coop.minga.platform.payments;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.AccountId;
import coop.minga.platform.CrashPoint;
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
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.wallet.Cashier;
import coop.minga.platform.wallet.WalletConfig;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.payment.Mode;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One host's payments with its own front door; several may share a database and a vendor. */
final class PaymentHost implements AutoCloseable {

    static final Ids IDS = new Ids(Clock.systemUTC(), new SecureRandom());

    private static final String TOP_UPS = "/api/v1/payments/top-ups";

    private final Db db;
    private final HeldJobs jobs;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final WalletService wallet;
    private final Books books;
    private final Payments payments;
    private final TestHttp http;

    PaymentHost(
            TestDatabase database, Vendors vendors, HeldJobs jobs, Clock clock, CrashPoint crash) {
        this.db = database.db();
        this.jobs = jobs;
        Ledger ledger = new Ledger(clock);
        this.wallet = new WalletService(ledger, IDS, WalletConfig.trial());
        this.books = new Books(db, ledger, new CheckpointKey(new byte[32]), clock, () -> "");
        this.payments =
                new Payments(
                        new Payments.Parts(
                                Mode.TEST,
                                vendors,
                                new Intents(
                                        (handle, account) ->
                                                Optional.of(
                                                        new Intents.Person(
                                                                "ana@example.org", "Ana", "es")),
                                        () -> URI.create("http://localhost:8080")),
                                wallet,
                                new Cashier(ledger),
                                jobs,
                                new OutboxEvents(db, database.address(), clock, true),
                                new AuditLog(db, clock, IDS),
                                db,
                                IDS,
                                clock,
                                meters,
                                crash));
        payments.register();
        this.http =
                TestHttp.serving(
                        db,
                        new PaymentRoutes(payments),
                        new MethodRoutes(payments.methods()),
                        new HookRoutes(payments.inbox()),
                        new ConfirmationRoutes(payments.confirmations()));
    }

    /** Somebody who pays; known to every host that is told of them. */
    static Principal customer(String language) {
        return new Principal(
                new AccountId(IDS.next()),
                new TeamId(IDS.next()),
                Set.of(Role.CUSTOMER),
                language,
                "test",
                Set.of("*"));
    }

    TestClient client(Principal who) {
        return http.client(http.signIn(who));
    }

    TestClient admin() {
        return http.client(http.signIn(Role.ADMIN));
    }

    TestClient stranger() {
        return http.client();
    }

    Payments payments() {
        return payments;
    }

    WalletService wallet() {
        return wallet;
    }

    HeldJobs jobs() {
        return jobs;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }

    /** Writes a top-up of 12.34 USD down. */
    String begin(Principal who) {
        TestClient.Answer answer =
                client(who)
                        .once()
                        .post(
                                TOP_UPS,
                                Map.of(
                                        "provider",
                                        MoodyVendor.NAME,
                                        "asset",
                                        "USD",
                                        "amount_minor",
                                        1234));
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return answer.at("/id");
    }

    /** What is available of a team's balance in USD. */
    long balance(Principal who) {
        return db.read(handle -> wallet.balances(handle, who.team())).stream()
                .filter(one -> one.asset().equals(Asset.USD))
                .mapToLong(one -> one.balance().available().minor())
                .sum();
    }

    TestClient.Answer hook(String body, String signature) {
        return stranger()
                .header("Signature", signature)
                .send("POST", "/hooks/" + MoodyVendor.NAME, body);
    }

    /** A round of the janitor, and everything it sets off. */
    void janitor(Clock clock) {
        db.useTransaction(handle -> payments.janitor().round(handle, clock.instant()));
        jobs.run();
    }

    void booksMustBalance() {
        assertThat(books.verify().findings()).isEmpty();
    }

    int count(String sql) {
        return db.read(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
    }

    List<String> texts(String sql) {
        return db.read(handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    @Override
    public void close() {
        http.close();
    }
}
