package coop.minga.platform.app;

import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Database;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.platform.http.SessionCookie;
import coop.minga.platform.identity.Identity;
import coop.minga.platform.identity.IdentityConfig;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/** {@code minga admin …}: for operators who locked themselves out; works while the host runs. */
@Command(
        name = "admin",
        description = "Help operators who locked themselves out.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class AdminCommand {

    private final PrintStream out = System.out;

    @Command(
            name = "reset-password",
            description = "Give an account a new password and end its sessions.",
            mixinStandardHelpOptions = true)
    int resetPassword(@Parameters(paramLabel = "EMAIL") String email) {
        return with(identity -> {
            out.println("New password: " + identity.accounts().resetPassword(email));
            return 0;
        });
    }

    @Command(
            name = "reset-totp",
            description = "Remove an account's second factor and end its sessions.",
            mixinStandardHelpOptions = true)
    int resetTotp(@Parameters(paramLabel = "EMAIL") String email) {
        return with(identity -> {
            identity.accounts().resetTotp(email);
            out.println("The second factor of " + email + " is removed.");
            return 0;
        });
    }

    @Command(
            name = "create",
            description = "Make an operator's account.",
            mixinStandardHelpOptions = true)
    int create(
            @Parameters(paramLabel = "EMAIL") String email,
            @Option(names = "--name", required = true, description = "How to call them.")
                    String name) {
        return with(identity -> {
            String password = identity.service().createOperator(email, name);
            out.println("Operator " + email + ", password: " + password);
            return 0;
        });
    }

    private static int with(Function<Identity, Integer> work) {
        Installation installation = Installation.existing();
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        Ids ids = new Ids(clock, random);
        try (Database database = installation.database()) {
            Identity identity =
                    new Identity(
                            new Identity.Needs(
                                    database.db(),
                                    // Not started: facts are written, the host tells them.
                                    new OutboxEvents(
                                            database.db(), database.address(), clock, false),
                                    new AuditLog(database.db(), clock, ids),
                                    new SecretBox(
                                            DataDirectory.masterKeyOf(installation.data()), random),
                                    ids,
                                    clock,
                                    random,
                                    new SimpleMeterRegistry()),
                            installation.config().isTrial()
                                    ? IdentityConfig.trial()
                                    : IdentityConfig.strict(),
                            new SessionCookie(false),
                            () -> false,
                            List.of());
            try {
                return work.apply(identity);
            } catch (MingaException e) {
                throw new CannotStart(e.text().in("en"), e);
            } finally {
                identity.close();
            }
        }
    }
}
