package coop.minga.platform.orders;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.AccountId;
import coop.minga.platform.CrashPoint;
import coop.minga.platform.Eventually;
import coop.minga.platform.Ids;
import coop.minga.platform.PlanId;
import coop.minga.platform.TeamId;
import coop.minga.platform.admin.Consistency;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.billing.DueJob;
import coop.minga.platform.billing.FundsEars;
import coop.minga.platform.billing.PlanChangeRoutes;
import coop.minga.platform.billing.PlanChangeService;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.platform.events.StreamRoutes;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.instances.Hints;
import coop.minga.platform.instances.InstanceRoutes;
import coop.minga.platform.instances.InstanceService;
import coop.minga.platform.instances.Instances;
import coop.minga.platform.instances.InstancesConfig;
import coop.minga.platform.instances.Owners;
import coop.minga.platform.jobs.DurableJobs;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.supply.FakeBackends;
import coop.minga.platform.supply.Supply;
import coop.minga.platform.wallet.WalletConfig;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.offering.DeploymentSpec;

import org.jdbi.v3.core.Handle;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A host with everything real but the machines: database, jobs, events, money, front door. */
public final class House implements AutoCloseable {

    /** Ends the work it is thrown in like the death of the process would. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed(String point) {
            super(point);
        }
    }

    public static final String APPS = "localhost";

    public final Db db;
    public final FakeBackends backends;
    public final TestHttp http;
    public final Catalog catalog;
    public final WalletService wallet;
    public final BillingService billing;
    public final Supply supply;
    public final Instances instances;
    public final InstanceService service;
    public final OutboxEvents events;
    public final DurableJobs jobs;
    private final Ids ids;
    private volatile boolean dead;

    /** A host that works. */
    public static House open(TestDatabase database, FakeBackends backends) {
        return open(database, backends, "");
    }

    /** A host that dies at a point. */
    public static House open(TestDatabase database, FakeBackends backends, String dieAt) {
        return new House(database, backends, dieAt);
    }

    private House(TestDatabase database, FakeBackends backends, String dieAt) {
        this.db = database.db();
        this.backends = backends;
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        this.ids = new Ids(clock, random);
        SecretBox box = new SecretBox(new byte[SecretBox.KEY_BYTES], random);
        CrashPoint crash =
                point -> {
                    if (dead || point.equals(dieAt)) {
                        dead = true;
                        throw new Killed(point);
                    }
                };
        this.events = new OutboxEvents(db, database.address(), clock, true);
        this.jobs =
                new DurableJobs(
                        db, database.source(), clock, random, (h, j, a, b, t) -> {}, true, 32);
        AuditLog audit = new AuditLog(db, clock, ids);
        Ledger ledger = new Ledger(clock);
        this.wallet =
                new WalletService(ledger, ids, new WalletConfig(new Money(1_000_00, Asset.COIN)));
        this.catalog = new Catalog(ids, events, clock);
        this.billing = new BillingService(wallet, jobs, events, ids, clock);
        this.supply = new Supply(db, backends, ids, clock);
        this.instances = new Instances(events, box, random, clock);
        Orders orders = new Orders(jobs, events, instances, clock);
        Hints hints = new Hints();
        InstancesConfig config =
                new InstancesConfig(
                        URI.create("http://localhost"),
                        APPS,
                        Duration.ofHours(1),
                        Duration.ofHours(24),
                        Duration.ofMillis(700),
                        Duration.ofSeconds(20),
                        Duration.ofMillis(900));
        InstanceService[] made = new InstanceService[1];
        backends.forgetListeners();
        OrderService orderService =
                new OrderService(
                        new OrderService.Parts(
                                db,
                                orders,
                                instances,
                                catalog,
                                billing,
                                supply,
                                (blueprint, product, chosen, facts) ->
                                        new Offerings.Planned(spec(), Map.copyOf(chosen)),
                                (handle, team) -> List.of("ssh-ed25519 AAAA"),
                                House::named,
                                ids,
                                random,
                                clock,
                                crash));
        jobs.register(
                new ProvisionJob(
                        new ProvisionJob.Parts(
                                db, orders, instances, billing, supply, backends, hints, config,
                                clock, crash)));
        jobs.register(new DueJob(billing, db, clock));
        new FundsEars(billing, db).register(events);
        this.http =
                TestHttp.serving(
                        db,
                        authenticator -> {
                            made[0] =
                                    new InstanceService(
                                            new InstanceService.Parts(
                                                    db,
                                                    instances,
                                                    supply,
                                                    backends,
                                                    billing,
                                                    orders,
                                                    House::named,
                                                    jobs,
                                                    events,
                                                    audit,
                                                    authenticator,
                                                    hints,
                                                    config,
                                                    ids,
                                                    random,
                                                    clock,
                                                    crash));
                            made[0].register();
                            return made[0].gate();
                        },
                        table -> {
                            new OrderRoutes(orderService).register(table);
                            new InstanceRoutes(made[0]).register(table);
                            new StreamRoutes(events).register(table);
                            new PlanChangeRoutes(new PlanChangeService(billing, catalog, db))
                                    .register(table);
                        });
        this.service = made[0];
        db.useTransaction(handle -> catalog.seedSandbox(handle));
        supply.refresh();
        events.start();
        jobs.start();
    }

    /** Owners go by their ids: accounts are not this room's. */
    private static Map<AccountId, Owners.Owner> named(
            Handle handle, Collection<AccountId> accounts) {
        return Set.copyOf(accounts).stream()
                .collect(
                        Collectors.toMap(
                                Function.identity(),
                                id -> new Owners.Owner(id, id + "@example.org", id.toString())));
    }

    private static DeploymentSpec spec() {
        return DeploymentSpec.of(
                        Set.of(Need.USERLAND),
                        Workload.ofCommand("serve")
                                .withPorts(
                                        List.of(
                                                new Workload.Port(
                                                        "web", 8080, Workload.Protocol.HTTP))))
                .withSecrets(
                        new DeploymentSpec.GeneratedSecret(
                                "PASSWORD", Text.of("Password", "Contraseña"), 20));
    }

    /** More coins, as a top-up brings them. */
    public void topUp(Customer customer) {
        db.useTransaction(handle -> {
            wallet.grantWelcome(handle, new AccountId(ids.next()), customer.principal.team());
            events.publish(
                    handle,
                    new Fact(
                            "wallet.changed",
                            customer.principal.team().toString(),
                            Set.of(Topic.of(customer.principal.team())),
                            Map.of("asset", "COIN")));
        });
    }

    public PlanId plan(String code) {
        return db.read(handle -> catalog.planByCode(handle, code).orElseThrow().plan().id());
    }

    /** A signed-in customer with a thousand coins. */
    public Customer customer(Role... roles) {
        Principal principal =
                new Principal(
                        new AccountId(ids.next()),
                        new TeamId(ids.next()),
                        Set.of(roles),
                        "en",
                        "session-" + Ids.encode(ids.next()),
                        Set.of("*"));
        db.useTransaction(
                handle -> wallet.grantWelcome(handle, principal.account(), principal.team()));
        return new Customer(this, principal);
    }

    /** Waits until nothing is being worked on and then asks the oracle. */
    public void mustBeConsistent() {
        Eventually.until("everything is consistent", Duration.ofSeconds(60), () -> check().holds());
        // A second look sees the same.
        assertThat(check().violations()).isEmpty();
    }

    public Consistency.Report check() {
        return new Consistency(db, backends, ids, Clock.systemUTC()).check();
    }

    /** Whether it died at its point. */
    public boolean isDead() {
        return dead;
    }

    @Override
    public void close() {
        dead = true;
        http.close();
        jobs.stop(Duration.ofMillis(dead ? 200 : 5_000));
        events.stop(Duration.ofSeconds(2));
    }

    /** Somebody who orders; survives the host they order from. */
    public static final class Customer {
        public final Principal principal;
        private House house;
        private String token;

        Customer(House house, Principal principal) {
            this.principal = principal;
            this.house = house;
            this.token = house.http.signIn(principal);
        }

        /** Goes to another host with the same database. */
        public void moveTo(House other) {
            house = other;
            token = other.http.signIn(principal);
        }

        public String token() {
            return token;
        }

        public TestClient client() {
            return house.http.client(token);
        }

        public Map<String, Object> form(String name) {
            return Map.of("plan_id", house.plan("s").toString(), "name", name, "pay_with", "coins");
        }

        public TestClient.Answer order(String name) {
            return client().once().post("/api/v1/orders", form(name));
        }

        public TestClient.Answer instance(String id) {
            return client().get("/api/v1/instances/" + id);
        }

        public TestClient.Answer orderView(String id) {
            return client().get("/api/v1/orders/" + id);
        }

        /** Coins that can be spent and coins that are held, in hundredths. */
        public String coins() {
            return house.db.read(handle -> {
                long available = 0;
                long held = 0;
                for (WalletService.BucketBalance b :
                        house.wallet.balances(handle, principal.team())) {
                    available += b.balance().available().minor();
                    held += b.balance().held().minor();
                }
                return available + "+" + held;
            });
        }
    }
}
