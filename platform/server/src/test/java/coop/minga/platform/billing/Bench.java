package coop.minga.platform.billing;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.TurnedClock;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.PlanView;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.ledger.Books;
import coop.minga.platform.ledger.BooksReport;
import coop.minga.platform.ledger.CheckpointKey;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.wallet.Bucket;
import coop.minga.platform.wallet.Cashier;
import coop.minga.platform.wallet.WalletConfig;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Everything billing stands on, with a clock the test turns. */
final class Bench implements AutoCloseable {

    final TestDatabase database = TestDatabase.create();
    final Db db = database.db();
    final TurnedClock clock;
    final Ids ids;
    final WrittenJobs jobs = new WrittenJobs();
    final WrittenEvents events = new WrittenEvents();
    final Ledger ledger;
    final Catalog catalog;
    final WalletService wallet;
    final BillingService billing;

    Bench(Instant start) {
        this(start, SavedMethods.NONE);
    }

    Bench(Instant start, SavedMethods methods) {
        clock = new TurnedClock(start);
        ids = new Ids(clock, new SecureRandom());
        ledger = new Ledger(clock);
        catalog = new Catalog(ids, events, clock);
        wallet = new WalletService(ledger, ids, WalletConfig.trial());
        billing = new BillingService(wallet, methods, jobs, events, ids, clock);
        db.useTransaction(catalog::seedSandbox);
    }

    static Money usd(long minor) {
        return new Money(minor, Asset.USD);
    }

    /** Somebody with money. */
    record Customer(TeamId team, AccountId account) {}

    Customer customer(long cents) {
        Customer customer = new Customer(new TeamId(ids.next()), new AccountId(ids.next()));
        if (cents > 0) {
            topUp(customer, cents);
        }
        return customer;
    }

    void topUp(Customer customer, long cents) {
        db.useTransaction(handle ->
                new Cashier(ledger)
                        .receive(
                                handle,
                                ids.next(),
                                customer.team(),
                                "test",
                                usd(cents),
                                new Explains("payment", "test")));
    }

    /** A machine that is paid for. */
    record Machine(SubscriptionId id, InstanceId instance, Customer owner) {}

    Machine start(Customer owner, String component, long price) {
        return start(owner, component, price, 0, List.of());
    }

    Machine start(Customer owner, String component, long price, long setup, List<Price> uses) {
        Machine machine = order(owner, component, price, setup, uses);
        db.useTransaction(handle -> billing.activate(handle, machine.id(), clock.instant()));
        return machine;
    }

    Machine order(Customer owner, String component, long price, long setup, List<Price> uses) {
        InstanceId instance = new InstanceId(ids.next());
        SubscriptionId id =
                db.inTransaction(handle -> {
                    PlanView plan = plan("s");
                    return billing.open(
                            handle,
                            new OpenSubscription(
                                    owner.team(),
                                    owner.account(),
                                    new OrderId(ids.next()),
                                    instance,
                                    plan.plan().id(),
                                    PriceComponent.base(component).orElseThrow(),
                                    plan.plan().refundRule(),
                                    usd(price),
                                    usd(setup),
                                    uses));
                });
        return new Machine(id, instance, owner);
    }

    PlanView plan(String code) {
        return db.read(handle -> catalog.planByCode(handle, code)).orElseThrow();
    }

    /** Turns the clock and does all that is due meanwhile, each in its time. */
    void pass(Duration time, Machine... machines) {
        Instant until = clock.instant().plus(time);
        for (int turns = 0; turns < 10_000; turns++) {
            Instant next = until;
            for (Machine machine : machines) {
                Instant due =
                        db.inTransaction(handle -> billing.settle(handle, machine.id()))
                                .orElse(Instant.MAX);
                next = due.isBefore(next) ? due : next;
            }
            if (clock.instant().isBefore(next)) {
                clock.forward(Duration.between(clock.instant(), next));
            } else if (!clock.instant().isBefore(until)) {
                return;
            }
        }
        throw new AssertionError("It never came to rest");
    }

    void end(Machine machine) {
        db.useTransaction(handle -> billing.end(handle, machine.id(), clock.instant(), "deleted"));
    }

    SubscriptionView view(Machine machine) {
        return db.read(handle -> billing.ofInstance(handle, machine.instance())).orElseThrow();
    }

    /** Available and held, in cents. */
    String balance(Customer customer) {
        return db.read(handle -> wallet.balances(handle, customer.team())).stream()
                .filter(bucket -> bucket.bucket() == Bucket.BALANCE)
                .map(bucket ->
                        bucket.balance().available().minor()
                                + "+"
                                + bucket.balance().held().minor())
                .findFirst()
                .orElse("0+0");
    }

    /** The spans that were charged: component, from, to and amount. */
    List<String> spans(Machine machine) {
        return db.read(handle ->
                handle.createQuery(
                                """
                                SELECT component || ' '
                                       || to_char(span_from AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
                                       || ' - '
                                       || to_char(span_to AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
                                       || ' ' || amount_minor
                                       || CASE WHEN refunded_minor > 0
                                               THEN ' back ' || refunded_minor ELSE '' END
                                  FROM usage_spans WHERE subscription_id = :id
                                 ORDER BY span_from, component
                                """)
                        .bind("id", machine.id())
                        .mapTo(String.class)
                        .list());
    }

    void booksMustBalance() {
        BooksReport report =
                new Books(db, ledger, new CheckpointKey(new byte[32]), clock, () -> "").verify();
        assertThat(report.findings()).isEmpty();
        assertThat(report.balanced()).isTrue();
    }

    @Override
    public void close() {
        booksMustBalance();
        database.close();
    }
}
