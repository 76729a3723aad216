package coop.minga.platform.app;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.Ids;
import coop.minga.platform.admin.AdminRoutes;
import coop.minga.platform.admin.Consistency;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.audit.AuditRoutes;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.billing.Charges;
import coop.minga.platform.billing.DueJob;
import coop.minga.platform.billing.FundsEars;
import coop.minga.platform.billing.PlanChangeRoutes;
import coop.minga.platform.billing.PlanChangeService;
import coop.minga.platform.billing.Policies;
import coop.minga.platform.billing.PolicyRoutes;
import coop.minga.platform.billing.SavedMethods;
import coop.minga.platform.billing.Spending;
import coop.minga.platform.billing.SpendingRoutes;
import coop.minga.platform.billing.SweepJob;
import coop.minga.platform.billing.WatchJob;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.CatalogEditor;
import coop.minga.platform.catalog.CatalogRoutes;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.config.MingaConfig;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.contributions.ContributionPages;
import coop.minga.platform.contributions.ContributionRoutes;
import coop.minga.platform.contributions.Contributions;
import coop.minga.platform.db.Database;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.platform.events.StreamRoutes;
import coop.minga.platform.guides.GuideRoutes;
import coop.minga.platform.http.Callers;
import coop.minga.platform.http.DocsRoutes;
import coop.minga.platform.http.HttpOptions;
import coop.minga.platform.http.HttpServer;
import coop.minga.platform.http.OpenApi;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.SessionCookie;
import coop.minga.platform.http.WebPages;
import coop.minga.platform.identity.Identity;
import coop.minga.platform.identity.IdentityConfig;
import coop.minga.platform.identity.SshKey;
import coop.minga.platform.instances.Hints;
import coop.minga.platform.instances.InstanceRoutes;
import coop.minga.platform.instances.InstanceService;
import coop.minga.platform.instances.Instances;
import coop.minga.platform.instances.InstancesConfig;
import coop.minga.platform.instances.Owners;
import coop.minga.platform.invoices.Buyers;
import coop.minga.platform.invoices.FiscalJob;
import coop.minga.platform.invoices.InvoiceProof;
import coop.minga.platform.invoices.InvoiceRoutes;
import coop.minga.platform.invoices.InvoiceService;
import coop.minga.platform.invoices.InvoicingRoutes;
import coop.minga.platform.invoices.IssueJob;
import coop.minga.platform.jobs.DurableJobs;
import coop.minga.platform.jobs.JobRoutes;
import coop.minga.platform.ledger.Books;
import coop.minga.platform.ledger.CheckpointJob;
import coop.minga.platform.ledger.CheckpointKey;
import coop.minga.platform.ledger.Journal;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.ledger.LedgerRoutes;
import coop.minga.platform.ledger.VerifyJob;
import coop.minga.platform.notifications.Notifications;
import coop.minga.platform.orders.OrderRoutes;
import coop.minga.platform.orders.OrderService;
import coop.minga.platform.orders.Orders;
import coop.minga.platform.orders.ProvisionJob;
import coop.minga.platform.payments.ConfirmationRoutes;
import coop.minga.platform.payments.HookRoutes;
import coop.minga.platform.payments.Intents;
import coop.minga.platform.payments.MethodRoutes;
import coop.minga.platform.payments.PaymentRoutes;
import coop.minga.platform.payments.Payments;
import coop.minga.platform.plugins.PluginRoutes;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginsConfig;
import coop.minga.platform.providers.ExtensionPoints;
import coop.minga.platform.providers.ExtensionRoutes;
import coop.minga.platform.providers.ListenerJob;
import coop.minga.platform.providers.ProviderRoutes;
import coop.minga.platform.providers.ProviderService;
import coop.minga.platform.providers.ProvidersConfig;
import coop.minga.platform.providers.SchemaRoutes;
import coop.minga.platform.supply.RefreshJob;
import coop.minga.platform.supply.Supply;
import coop.minga.platform.telemetry.Health;
import coop.minga.platform.telemetry.Meters;
import coop.minga.platform.telemetry.TelemetryRoutes;
import coop.minga.platform.wallet.AccountTeams;
import coop.minga.platform.wallet.Adjustments;
import coop.minga.platform.wallet.Cashier;
import coop.minga.platform.wallet.ExpireJob;
import coop.minga.platform.wallet.GiftCodes;
import coop.minga.platform.wallet.WalletConfig;
import coop.minga.platform.wallet.WalletRoutes;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.loader.PluginCache;

import io.micrometer.core.instrument.MeterRegistry;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The plan of the house: the only place that constructs rooms and says who gets whom. Read from top
 * to bottom it is the order of starting; closing goes back from bottom to top.
 */
final class Assembly {

    private static final String VERSION = "0.1.0";
    private static final int JOB_THREADS = 64;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private Assembly() {}

    /** What a started house hands out. */
    record Built(
            HttpServer server,
            Optional<String> setupToken,
            PluginService plugins,
            ProviderService providers) {}

    static Built build(
            MingaConfig config,
            DataDirectory directory,
            Path home,
            Map<String, String> environment,
            Closers closers) {
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        Ids ids = new Ids(clock, random);
        SecretBox box = new SecretBox(directory.masterKey(), random);
        Meters telemetry = closers.add("metrics", new Meters(VERSION));
        MeterRegistry meters = telemetry.registry();
        Health health = new Health(clock);
        boolean alone = config.database().isEmbedded();

        PluginsConfig pluginsConfig = PluginSetup.of(config, directory.path(), home);
        PluginCache jars = PluginService.readAhead(pluginsConfig);

        // The cellar: database, jobs, facts, the audit log.
        Database database =
                closers.add("the database", Database.open(config.database(), directory.path()));
        database.measure(meters);
        Db db = database.db();
        AuditLog audit = new AuditLog(db, clock, ids);
        OutboxEvents events = new OutboxEvents(db, database.address(), clock, alone);
        DurableJobs jobs =
                new DurableJobs(
                        db,
                        database.source(),
                        clock,
                        random,
                        (handle, job, actor, address, trace) ->
                                audit.record(
                                        handle,
                                        Audit.entry(
                                                actor,
                                                address,
                                                "job.retried",
                                                job.toString(),
                                                trace)),
                        alone,
                        JOB_THREADS);

        jobs.every(MINUTE, new AuditSealJob(audit), new AuditSealJob.Nothing());
        jobs.every(
                AnswerSweepJob.INTERVAL,
                new AnswerSweepJob(db, clock),
                new AnswerSweepJob.Nothing());

        // The workshop: plugin jars, and the providers configured from them.
        PluginService plugins =
                closers.add(
                        "plugins",
                        new PluginService(pluginsConfig, jars, db, audit, events, clock));
        ProviderService providers =
                closers.add(
                        "providers",
                        new ProviderService(
                                ProvidersConfig.of(
                                        config.configDirectory(),
                                        directory.path().resolve("providers"),
                                        directory.hostId(),
                                        config.http()::publicUrl,
                                        config.isTrial(),
                                        environment),
                                db,
                                box,
                                audit,
                                events,
                                meters,
                                clock));
        plugins.observe(providers);
        Contributions contributions = new Contributions();
        plugins.observe(contributions);
        ProviderRoutes providerRoutes = new ProviderRoutes(providers);
        new ListenerJob(providers, jobs, db).register(events);

        // The features: money first, for every new account finds a wallet.
        Ledger ledger = new Ledger(clock);
        Books books =
                new Books(
                        db,
                        ledger,
                        new CheckpointKey(directory.checkpointSeed()),
                        clock,
                        audit::root);
        WalletService wallet =
                new WalletService(
                        ledger,
                        ids,
                        new WalletConfig(new Money(config.welcomeGrantMinor(), Asset.COIN)));
        Catalog catalog = new Catalog(ids, events, clock);
        jobs.every(MINUTE, new CheckpointJob(books, db), new CheckpointJob.Nothing());
        jobs.every(Duration.ofHours(1), new VerifyJob(books), new VerifyJob.Nothing());
        jobs.every(
                Duration.ofMinutes(10), new ExpireJob(wallet, db, clock), new ExpireJob.Nothing());
        HttpOptions options = options(config);
        Identity identity =
                closers.add(
                        "identity",
                        new Identity(
                                new Identity.Needs(
                                        db, events, audit, box, ids, clock, random, meters),
                                config.isTrial() ? IdentityConfig.trial() : IdentityConfig.strict(),
                                new SessionCookie(options.secure()),
                                () -> false,
                                List.of(wallet::grantWelcome)));
        identity.schedule(jobs);
        ExtensionPoints points = new ExtensionPoints(providers, db, audit, clock);
        CrashPoint crash = CrashPoint.ofProperty();
        Payments payments =
                new Payments(
                        new Payments.Parts(
                                config.isTrial() ? Mode.TEST : Mode.LIVE,
                                new ProviderVendors(providers),
                                new Intents(
                                        (handle, account) ->
                                                identity.accounts()
                                                        .find(handle, account)
                                                        .map(found ->
                                                                new Intents.Person(
                                                                        found.email(),
                                                                        found.name(),
                                                                        found.locale())),
                                        config.http()::publicUrl),
                                wallet,
                                new Cashier(ledger),
                                jobs,
                                events,
                                audit,
                                db,
                                ids,
                                clock,
                                meters,
                                crash));
        payments.register();
        SavedMethods saved = new CollectedMethods(payments.collector());
        BillingService billing = new BillingService(wallet, saved, jobs, events, ids, clock);
        jobs.register(new DueJob(billing, db, clock));
        new FundsEars(billing, db).register(events);
        Spending spending = new Spending(billing, wallet, saved, events, clock);
        jobs.every(Duration.ofMinutes(10), new WatchJob(spending, db), new WatchJob.Nothing());
        jobs.every(MINUTE, new SweepJob(billing, db), new SweepJob.Sweep());
        ProviderFiscalOffice office = new ProviderFiscalOffice(providers, points);
        InvoiceService invoices =
                new InvoiceService(
                        new InvoiceService.Parts(
                                db,
                                new Charges(wallet),
                                catalog,
                                (handle, account) ->
                                        identity.accounts()
                                                .find(handle, account)
                                                .map(known ->
                                                        new Buyers.Buyer(
                                                                known.name(), known.email())),
                                identity.settings()::site,
                                office,
                                jobs,
                                events,
                                audit,
                                ids,
                                clock));
        jobs.register(new FiscalJob(db, office, clock));
        new IssueJob(invoices).register(jobs, events, db);
        AccountTeams teams = identity.accounts()::teamOf;
        Owners owners = new AccountOwners(identity.accounts());

        // Machines.
        ProviderBackends backends = new ProviderBackends(providers);
        ProviderOfferings offerings = new ProviderOfferings(providers);
        Supply supply = new Supply(db, backends, ids, clock);
        jobs.every(Duration.ofMinutes(1), new RefreshJob(supply), new RefreshJob.Nothing());
        Instances instances = new Instances(events, box, random, clock);
        Orders orders = new Orders(jobs, events, instances, clock);
        Hints hints = new Hints();
        InstancesConfig instancesConfig =
                InstancesConfig.of(config.http().publicUrl(), config.http().appsDomain());
        InstanceService instanceService =
                new InstanceService(
                        new InstanceService.Parts(
                                db,
                                instances,
                                supply,
                                backends,
                                billing,
                                orders,
                                owners,
                                jobs,
                                events,
                                audit,
                                identity.service(),
                                hints,
                                instancesConfig,
                                ids,
                                random,
                                clock,
                                crash));
        instanceService.register();
        OrderService orderService =
                new OrderService(
                        new OrderService.Parts(
                                db,
                                orders,
                                instances,
                                catalog,
                                billing,
                                supply,
                                offerings,
                                (handle, team) ->
                                        identity.sshKeys().of(handle, team).stream()
                                                .map(SshKey::publicKey)
                                                .toList(),
                                owners,
                                ids,
                                random,
                                clock,
                                crash));
        jobs.register(
                new ProvisionJob(
                        new ProvisionJob.Parts(
                                db,
                                orders,
                                instances,
                                billing,
                                supply,
                                backends,
                                hints,
                                instancesConfig,
                                clock,
                                crash)));
        jobs.every(
                Duration.ofMinutes(1),
                new coop.minga.platform.orders.SweepJob(db, orders, clock),
                new coop.minga.platform.orders.SweepJob.Nothing());
        Shelves shelves = new Shelves(db, catalog, providers, offerings, supply);
        backends.onChange(name -> {
            supply.refresh(name);
            instanceService.reconcileSoon();
        });
        if (config.isTrial()) {
            providers.onState(shelves::stock);
        }
        providers.onChange((ref, key) -> {
            if (ref.kind() == Kind.PAYMENT) {
                payments.hint(ref.name(), key);
            }
        });
        providers.beforeRemoval(ref ->
                ref.kind() == Kind.COMPUTE
                        ? db.read(handle -> instances.heldBy(handle, ref.name())).reason(ref.name())
                        : ref.kind() == Kind.PAYMENT
                                ? payments.inUse(ref.name())
                                : Optional.empty());
        plugins.beforeRemoval(providers::inUse);
        providers.onState(view -> {
            if (view.state().takesWork()) {
                db.useTransaction(jobs::wakeWaiting);
            }
        });

        // Who is told, and who looks on.
        new Notifications(
                        db, identity.accounts(), jobs, providers, points, config.http()::publicUrl)
                .register(events);
        AdminRoutes adminRoutes =
                new AdminRoutes(
                        db,
                        books,
                        new Consistency(db, backends, ids, clock),
                        clock,
                        config.isTrial());

        // The front door.
        RouteTable table = new RouteTable();
        identity.register(table);
        new LedgerRoutes(books, new Journal(db), ledger, db).register(table);
        new WalletRoutes(
                        wallet,
                        new GiftCodes(wallet, db, audit, events, ids, clock, random),
                        new Adjustments(wallet, ledger, teams, db, audit, events, ids, clock),
                        teams,
                        db)
                .register(table);
        new PaymentRoutes(payments).register(table);
        new MethodRoutes(payments.methods()).register(table);
        new HookRoutes(payments.inbox()).register(table);
        new ConfirmationRoutes(payments.confirmations()).register(table);
        new CatalogRoutes(
                        catalog,
                        new CatalogEditor(catalog, db, audit, ids, clock),
                        db,
                        shelves,
                        providers::checkoutSchema)
                .register(table);
        new PolicyRoutes(new Policies(db, audit, clock)).register(table);
        new PlanChangeRoutes(new PlanChangeService(billing, catalog, db)).register(table);
        new SpendingRoutes(spending, db).register(table);
        new InvoiceRoutes(invoices).register(table);
        new InvoicingRoutes(invoices, new InvoiceProof(db)).register(table);
        new StreamRoutes(events).register(table);
        new InstanceRoutes(instanceService).register(table);
        new OrderRoutes(orderService).register(table);
        adminRoutes.register(table);
        new JobRoutes(jobs).register(table);
        new AuditRoutes(audit).register(table);
        providerRoutes.register(table);
        new SchemaRoutes(providers).register(table);
        new PluginRoutes(plugins, providerRoutes::of).register(table);
        new ContributionRoutes(contributions).register(table);
        new ExtensionRoutes(points).register(table);
        new TelemetryRoutes(health, telemetry, config.metricsToken()).register(table);
        new DocsRoutes(() -> OpenApi.describe(table)).register(table);
        new GuideRoutes(home.resolve("docs")).register(table);

        events.start();
        closers.add("events", () -> events.stop(DRAIN));
        providers.start();
        plugins.start();
        jobs.measure(meters);
        jobs.start();
        closers.add("jobs", () -> jobs.stop(DRAIN));
        Optional<String> setupToken =
                identity.service()
                        .openSetup(
                                Optional.of(config.setupToken()).filter(token -> !token.isEmpty()));
        HttpServer server =
                closers.add(
                        "the front door",
                        HttpServer.start(
                                new HttpServer.Parts(
                                        options,
                                        table,
                                        new Callers(
                                                options,
                                                identity.service(),
                                                () -> identity.settings().language()),
                                        identity.service(),
                                        db,
                                        instanceService.gate(),
                                        new ContributionPages(
                                                contributions,
                                                new WebPages(
                                                        new ShelfPage(db, catalog, shelves)::html)),
                                        meters,
                                        clock)));
        health.register("database", () -> databaseProblem(db));
        health.note("plugins", plugins::note);
        health.started();
        closers.add("readiness", health::draining);
        return new Built(server, setupToken, plugins, providers);
    }

    private static Optional<String> databaseProblem(Db db) {
        int one = db.read(handle -> handle.createQuery("select 1").mapTo(Integer.class).one());
        return one == 1 ? Optional.empty() : Optional.of("The database does not count to one");
    }

    private static HttpOptions options(MingaConfig config) {
        MingaConfig.Http http = config.http();
        return new HttpOptions(
                http.host(),
                http.port(),
                http.publicUrl(),
                Set.copyOf(http.trustedProxies()),
                http.tls(),
                http.maxConcurrentRequests(),
                http.requestDeadline(),
                http.rateFactor());
    }
}
