package coop.minga.platform.invoices;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.TurnedClock;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.billing.Charges;
import coop.minga.platform.billing.OpenSubscription;
import coop.minga.platform.billing.WrittenEvents;
import coop.minga.platform.billing.WrittenJobs;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.PlanView;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.identity.Site;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.ledger.LedgerAccount;
import coop.minga.platform.ledger.Movement;
import coop.minga.platform.ledger.Transfer;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.wallet.WalletConfig;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Money;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A shop that sells machines and writes invoices, with a clock the test turns. */
final class Shop implements AutoCloseable {

    final TestDatabase database = TestDatabase.create();
    final Db db = database.db();
    final TurnedClock clock = new TurnedClock(Instant.parse("2026-03-30T15:00:00Z"));
    final Ids ids = new Ids(clock, new SecureRandom());
    final WrittenEvents events = new WrittenEvents();
    final Ledger ledger = new Ledger(clock);
    final Catalog catalog = new Catalog(ids, events, clock);
    final WalletService wallet = new WalletService(ledger, ids, WalletConfig.trial());
    final WrittenJobs jobs = new WrittenJobs();
    final TestOffice office = new TestOffice();
    final BillingService billing = new BillingService(wallet, jobs, events, ids, clock);
    final InvoiceService invoices = invoices(db);
    final TestHttp http =
            TestHttp.serving(
                    db,
                    new InvoiceRoutes(invoices),
                    new InvoicingRoutes(invoices, new InvoiceProof(db)));
    final TestClient admin = http.client(http.signIn(Role.ADMIN));

    Shop() {
        db.useTransaction(catalog::seedSandbox);
    }

    /** The room on another host. */
    InvoiceService invoices(Db host) {
        return new InvoiceService(
                new InvoiceService.Parts(
                        host,
                        new Charges(wallet),
                        catalog,
                        (handle, account) ->
                                Optional.of(new Buyers.Buyer("Rosa Tanguila", "rosa@example.com")),
                        () -> new Site("Minga Sur", "es", "USD", "EC"),
                        office,
                        jobs,
                        events,
                        new AuditLog(host, clock, ids),
                        ids,
                        clock));
    }

    /** Somebody with an account, a team and a session. */
    record Customer(AccountId account, TeamId team, TestClient client) {}

    Customer customer(Money... funds) {
        AccountId account = new AccountId(ids.next());
        TeamId team = new TeamId(ids.next());
        String token =
                http.signIn(
                        new Principal(
                                account, team, Set.of(Role.CUSTOMER), "es", "test", Set.of("*")));
        for (Money fund : funds) {
            String asset = fund.asset().code().toLowerCase(java.util.Locale.ROOT);
            boolean coins = asset.equals("coin");
            LedgerAccount bucket =
                    LedgerAccount.owned(
                            "team/" + team + (coins ? "/coins/paid" : "/balance/" + asset),
                            fund.asset());
            LedgerAccount issued = LedgerAccount.common("platform/issued/" + asset, fund.asset());
            db.useTransaction(handle ->
                    ledger.transfer(
                            handle,
                            new Transfer(
                                    ids.next(),
                                    "payment",
                                    List.of(new Movement.Posting(issued, bucket, fund)),
                                    new Explains("test", "funds"))));
        }
        return new Customer(account, team, http.client(token));
    }

    /** A machine that runs. */
    SubscriptionId start(Customer customer, String component, Money price) {
        return db.inTransaction(handle -> {
            PlanView plan = catalog.planByCode(handle, "s").orElseThrow();
            SubscriptionId id =
                    billing.open(
                            handle,
                            new OpenSubscription(
                                    customer.team(),
                                    customer.account(),
                                    new OrderId(ids.next()),
                                    new InstanceId(ids.next()),
                                    plan.plan().id(),
                                    PriceComponent.base(component).orElseThrow(),
                                    plan.plan().refundRule(),
                                    price));
            billing.activate(handle, id, clock.instant());
            return id;
        });
    }

    void end(SubscriptionId id) {
        db.useTransaction(handle -> billing.end(handle, id, clock.instant(), "deleted"));
    }

    int issue() {
        return invoices.issueDue(handle -> {});
    }

    /** Says who sells, in Quito. */
    void sell() {
        long version =
                invoices.sellers().current().map(TermsStore.VersionedSeller::version).orElse(0L);
        TestClient.Answer answer =
                admin.header("If-Match", "\"" + version + "\"")
                        .put(
                                "/api/v1/admin/invoicing/seller",
                                Map.of(
                                        "party",
                                                Map.of(
                                                        "name", "Minga Sur Cía. Ltda.",
                                                        "tax_id_kind", "ruc",
                                                        "tax_id", "1790011674001",
                                                        "address", "Av. Amazonas 123\nQuito",
                                                        "country", "EC",
                                                        "email", "caja@example.com"),
                                        "zone", "America/Guayaquil",
                                        "tax_category", "standard",
                                        "foreign_buyers", "zero"));
        if (answer.status() != 200) {
            throw new AssertionError(answer.text());
        }
    }

    @Override
    public void close() {
        http.close();
        database.close();
    }
}
