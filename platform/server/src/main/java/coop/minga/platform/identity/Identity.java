package coop.minga.platform.identity;

import coop.minga.platform.Ids;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.http.SessionCookie;
import coop.minga.platform.jobs.Jobs;

import io.micrometer.core.instrument.MeterRegistry;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The room, put together: its services, routes and job. */
public final class Identity implements Routes, AutoCloseable {

    /**
     * The scope of routes about one's own account and credentials. Tokens cannot hold it: a token
     * that leaks must not make others or change a password.
     */
    static final String SCOPE = "account";

    private static final int HASHES_WAITING = 256;

    private final PasswordHasher hasher;
    private final IdentityService service;
    private final Accounts accounts;
    private final SshKeys sshKeys;
    private final SiteSettings settings;
    private final IdentityJob job;
    private final List<Routes> routes;

    /** What the room needs of the others. */
    public record Needs(
            Db db,
            Events events,
            Audit audit,
            SecretBox box,
            Ids ids,
            Clock clock,
            SecureRandom random,
            MeterRegistry meters) {}

    /**
     * @param cookie how the session cookie is written
     * @param mailEnabled whether mail can be sent, for the site's public description
     * @param hooks what other rooms do for a new account
     */
    public Identity(
            Needs needs,
            IdentityConfig config,
            SessionCookie cookie,
            BooleanSupplier mailEnabled,
            List<NewAccountHook> hooks) {
        Db db = needs.db();
        Clock clock = needs.clock();
        SecureRandom random = needs.random();
        Credentials credentials = new Credentials(db, config, clock, needs.meters());
        needs.events().onInvalidate(Trail.CACHE, credentials::drop);
        Trail trail = new Trail(needs.audit(), needs.events());
        Throttle throttle = new Throttle(db, config, clock);
        hasher = new PasswordHasher(config.hashThreads(), HASHES_WAITING, random);
        settings = new SiteSettings(db, needs.events(), trail, clock);
        SecondFactorService secondFactors =
                new SecondFactorService(db, needs.box(), settings, throttle, trail, clock, random);
        service =
                new IdentityService(
                        db,
                        config,
                        hasher,
                        credentials,
                        secondFactors,
                        settings,
                        throttle,
                        trail,
                        needs.ids(),
                        clock,
                        random,
                        hooks);
        AccessService access = new AccessService(db, config, trail, needs.ids(), clock, random);
        accounts = new Accounts(db, hasher, trail, clock, random);
        sshKeys = new SshKeys(db, config, trail, needs.ids(), clock);
        job = new IdentityJob(db, config, throttle, clock);
        routes =
                List.of(
                        new IdentityRoutes(service, cookie),
                        new SecondFactorRoutes(secondFactors),
                        new AccessRoutes(access),
                        new SshKeyRoutes(sshKeys),
                        new AccountRoutes(accounts),
                        new SettingsRoutes(
                                settings,
                                config.production(),
                                service::isSetupRequired,
                                mailEnabled));
    }

    public IdentityService service() {
        return service;
    }

    public Accounts accounts() {
        return accounts;
    }

    public SshKeys sshKeys() {
        return sshKeys;
    }

    public SiteSettings settings() {
        return settings;
    }

    @Override
    public void register(RouteTable table) {
        routes.forEach(route -> route.register(table));
    }

    /** Has old rows swept out regularly; before the jobs start. */
    public void schedule(Jobs jobs) {
        jobs.every(IdentityJob.INTERVAL, job, new IdentityJob.Sweep());
    }

    @Override
    public void close() {
        hasher.close();
    }
}
