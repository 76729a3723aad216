package coop.minga.platform.app;

import coop.minga.platform.admin.Consistency;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.config.MingaConfig;
import coop.minga.platform.config.Mode;
import coop.minga.platform.db.Database;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code minga doctor}: looks at everything around the host and says what to do. */
@Command(
        name = "doctor",
        description =
                "Check configuration, disk, database, sandbox, names and certificates; each problem"
                        + " comes with its fix. Exit code 1 when something does not work.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

    private static final long MIN_BYTES = 512L << 20;
    private static final long GOOD_BYTES = 4L << 30;
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final Duration CERTIFICATE_SOON = Duration.ofDays(21);

    @Option(
            names = "--deep",
            description = "Also prove the books and the audit log, and look at jobs and listeners.")
    private boolean deep;

    private final PrintStream out = System.out;
    private int failures;

    private enum Level {
        OK,
        WARN,
        FAIL
    }

    private void say(Level level, String name, String detail, String fix) {
        if (level == Level.FAIL) {
            failures++;
        }
        out.printf(
                "%-4s  %-14s  %s%s%n",
                level.name().toLowerCase(java.util.Locale.ROOT),
                name,
                detail,
                fix.isEmpty() ? "" : "\n                      fix: " + fix);
    }

    @Override
    public Integer call() {
        Host.Places places = Host.Places.ofProcess();
        Mode mode = DataDirectory.modeOf(places.data()).orElse(Mode.PRODUCTION);
        Installation installation;
        try {
            installation = Installation.of(places, mode);
            say(Level.OK, "configuration", places.config() + ", " + mode.id(), "");
        } catch (CannotStart e) {
            say(Level.FAIL, "configuration", String.valueOf(e.getMessage()), "as it says");
            return 1;
        }
        boolean exists = DataDirectory.modeOf(places.data()).isPresent();
        data(places.data(), exists);
        boolean runs = host(installation.config());
        if (exists || !installation.config().database().isEmbedded()) {
            database(installation);
        }
        sandbox();
        docker();
        plugins(installation);
        certificate(installation.config());
        if (mode == Mode.PRODUCTION) {
            names(installation.config());
        }
        if (deep && exists) {
            deep(installation);
        }
        out.println(
                failures == 0
                        ? "All is well" + (runs ? "." : "; the host does not run.")
                        : failures + " problems.");
        return failures == 0 ? 0 : 1;
    }

    private void data(Path data, boolean exists) {
        if (!exists) {
            say(Level.WARN, "data", "nothing in " + data + " yet", "start the host once");
            return;
        }
        if (!Files.isWritable(data)) {
            say(
                    Level.FAIL,
                    "data",
                    data + " cannot be written",
                    "run as its owner, or make it writable");
        }
        try {
            long free = Files.getFileStore(data).getUsableSpace();
            String detail = data + ", " + (free >> 20) + " MB free";
            if (free < MIN_BYTES) {
                say(Level.FAIL, "disk", detail, "free some space: at least 512 MB");
            } else if (free < GOOD_BYTES) {
                say(Level.WARN, "disk", detail, "free some space soon");
            } else {
                say(Level.OK, "disk", detail, "");
            }
            Path key = data.resolve("keys/master.key");
            if (Files.exists(key)) {
                Set<PosixFilePermission> others =
                        EnumSet.copyOf(Files.getPosixFilePermissions(key));
                others.removeAll(
                        EnumSet.of(
                                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
                say(
                        others.isEmpty() ? Level.OK : Level.FAIL,
                        "keys",
                        key + (others.isEmpty() ? "" : " can be read by others"),
                        others.isEmpty() ? "" : "chmod 600 " + key);
            }
        } catch (IOException e) {
            say(Level.FAIL, "disk", "cannot be looked at: " + e.getMessage(), "check the disk");
        }
    }

    private boolean host(MingaConfig config) {
        String scheme = config.http().tls().isPresent() ? "https" : "http";
        String host = config.http().host().equals("0.0.0.0") ? "127.0.0.1" : config.http().host();
        URI url = URI.create(scheme + "://" + host + ":" + config.http().port() + "/health/ready");
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2));
        if (config.http().tls().isPresent()) {
            try {
                builder.sslContext(OwnCertificate.trusting(config.http().tls().get()));
            } catch (IOException | GeneralSecurityException e) {
                // What is wrong with the files is said where the certificate is looked at.
                return false;
            }
        }
        try (HttpClient client = builder.build()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5)).build(),
                            HttpResponse.BodyHandlers.ofString());
            boolean ready = answer.statusCode() == 200;
            say(
                    ready ? Level.OK : Level.FAIL,
                    "host",
                    url + " answers " + answer.statusCode() + (ready ? "" : " " + answer.body()),
                    ready ? "" : "see the named check and the log");
            return true;
        } catch (IOException e) {
            portFree(config);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void portFree(MingaConfig config) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(config.http().host(), config.http().port()));
            say(Level.OK, "port", config.http().port() + " is free; the host does not run", "");
        } catch (IOException e) {
            say(
                    Level.FAIL,
                    "port",
                    config.http().port() + " is taken by something that is not Minga",
                    "stop it, or set http.port (MINGA_HTTP_PORT)");
        }
    }

    private void database(Installation installation) {
        try (Database database = installation.rawDatabase()) {
            Map<String, Object> facts =
                    database.db()
                            .read(handle ->
                                    handle.createQuery(
                                                    """
                                                    SELECT current_setting('server_version') AS version,
                                                        extract(epoch FROM clock_timestamp())::text AS now
                                                    """)
                                            .mapToMap()
                                            .one());
            double theirs = Double.parseDouble(String.valueOf(facts.get("now")));
            Duration skew =
                    Duration.between(
                                    Instant.ofEpochMilli((long) (theirs * 1000)),
                                    Clock.systemUTC().instant())
                            .abs();
            say(
                    skew.compareTo(SKEW) <= 0 ? Level.OK : Level.FAIL,
                    "database",
                    "PostgreSQL "
                            + facts.get("version")
                            + (installation.config().database().isEmbedded() ? ", our own" : "")
                            + ", clocks differ by "
                            + skew.toMillis()
                            + " ms",
                    skew.compareTo(SKEW) <= 0 ? "" : "synchronise both clocks (NTP)");
            int pending = database.pendingMigrations();
            say(
                    pending == 0 ? Level.OK : Level.WARN,
                    "schema",
                    pending == 0 ? "up to date" : pending + " migrations wait",
                    pending == 0 ? "" : "the next start applies them, or 'minga migrate' now");
        } catch (CannotStart e) {
            say(Level.FAIL, "database", String.valueOf(e.getMessage()), "as it says");
        }
    }

    private void sandbox() {
        Isolation.trouble()
                .ifPresentOrElse(
                        trouble ->
                                say(
                                        Level.WARN,
                                        "sandbox",
                                        trouble.detail() + ": no machines of compute-sandbox",
                                        trouble.fix()),
                        () -> say(Level.OK, "sandbox", "bubblewrap works", ""));
    }

    private void docker() {
        Path socket = Path.of("/var/run/docker.sock");
        if (!Files.exists(socket)) {
            say(Level.OK, "docker", "no engine here; only compute-docker needs one", "");
        } else if (!Files.isWritable(socket)) {
            say(
                    Level.WARN,
                    "docker",
                    socket + " may not be used by this user",
                    "add the user to the group docker, or name another engine in the provider");
        } else {
            say(Level.OK, "docker", socket.toString(), "");
        }
    }

    private void plugins(Installation installation) {
        Path directory = installation.config().plugins().directory();
        List<Path> jars = PluginCommand.jars(directory);
        say(
                jars.isEmpty() ? Level.WARN : Level.OK,
                "plugins",
                directory + ", " + jars.size() + " jars",
                jars.isEmpty() ? "copy the plugins you need there" : "");
    }

    private void certificate(MingaConfig config) {
        config.http()
                .tls()
                .ifPresent(tls -> {
                    try (InputStream in = Files.newInputStream(tls.certificate())) {
                        X509Certificate certificate =
                                (X509Certificate)
                                        CertificateFactory.getInstance("X.509")
                                                .generateCertificate(in);
                        Duration left =
                                Duration.between(
                                        Clock.systemUTC().instant(),
                                        certificate.getNotAfter().toInstant());
                        say(
                                left.isNegative()
                                        ? Level.FAIL
                                        : left.compareTo(CERTIFICATE_SOON) < 0
                                                ? Level.WARN
                                                : Level.OK,
                                "certificate",
                                tls.certificate() + " ends in " + left.toDays() + " days",
                                left.compareTo(CERTIFICATE_SOON) < 0 ? "renew it" : "");
                    } catch (IOException | CertificateException e) {
                        say(
                                Level.FAIL,
                                "certificate",
                                tls.certificate() + " cannot be read: " + e.getMessage(),
                                "give a PEM chain this user can read");
                    }
                });
    }

    private void names(MingaConfig config) {
        resolve(config.http().publicUrl().getHost(), "http.public_url");
        resolve("ins-check." + config.http().appsDomain(), "http.apps_domain (a wildcard record)");
    }

    private void resolve(String name, String setting) {
        try {
            say(Level.OK, "name", name + " is " + InetAddress.getByName(name).getHostAddress(), "");
        } catch (UnknownHostException e) {
            say(
                    Level.WARN,
                    "name",
                    name + " is not known to DNS here",
                    "add the record, or correct " + setting);
        }
    }

    private void deep(Installation installation) {
        if (new BooksCommand().verify() != 0) {
            say(
                    Level.FAIL,
                    "books",
                    "do not fit, see above",
                    "stop selling, keep this database, restore a backup beside it and compare");
        }
        try (Database database = installation.database()) {
            List<String> wrong = database.db().read(Consistency::recorded);
            say(
                    wrong.isEmpty() ? Level.OK : Level.FAIL,
                    "story",
                    wrong.isEmpty()
                            ? "orders, holds, reservations and machines fit together"
                            : String.join("; ", wrong),
                    wrong.isEmpty() ? "" : "look at the named rows before anything else is sold");
            count(
                    database,
                    "dead jobs",
                    "SELECT count(*) FROM dead_jobs",
                    "look at them in the administration and retry");
            count(
                    database,
                    "overdue jobs",
                    "SELECT count(*) FROM scheduled_tasks WHERE NOT picked AND reason IS NULL AND"
                            + " execution_time < now() - INTERVAL '5 minutes'",
                    "start the host; if it runs, see its log");
            count(
                    database,
                    "listeners",
                    "SELECT count(*) FROM fact_listeners WHERE failures > 0",
                    "see the log for what they say");
        }
    }

    private void count(Database database, String name, String query, String fix) {
        int found = database.db().read(handle -> handle.createQuery(query).mapTo(int.class).one());
        say(
                found == 0 ? Level.OK : Level.WARN,
                name,
                Integer.toString(found),
                found == 0 ? "" : fix);
    }
}
