package coop.minga.platform.app;

import coop.minga.platform.Ids;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.db.Database;

import picocli.CommandLine.Command;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Locale;

/** {@code minga books verify}. */
@Command(
        name = "books",
        description = "Prove the books.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class BooksCommand {

    @Command(
            name = "verify",
            description =
                    "Recompute every balance, hash and checkpoint, and the audit log's chain; exit"
                            + " code 1 when anything does not fit.",
            mixinStandardHelpOptions = true)
    int verify() {
        Installation installation = Installation.existing();
        try (Database database = installation.database()) {
            Clock clock = Clock.systemUTC();
            int code =
                    coop.minga.platform.ledger.BooksCommand.verify(
                            database.db(),
                            DataDirectory.checkpointSeedOf(installation.data()),
                            clock,
                            System.out,
                            Locale.getDefault().getLanguage().equals("es") ? "es" : "en");
            List<String> wrong =
                    new AuditLog(database.db(), clock, new Ids(clock, new SecureRandom())).verify();
            wrong.forEach(System.out::println);
            return wrong.isEmpty() ? code : 1;
        }
    }
}
