package coop.minga.platform.app;

import coop.minga.platform.Ids;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.db.Database;
import coop.minga.platform.invoices.InvoiceProof;
import coop.minga.platform.ledger.Journal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
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
                    "Recompute every balance, hash and checkpoint, the audit log's chain and the"
                            + " series of documents; exit code 1 when anything does not fit.",
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
            List<InvoiceProof.Finding> documents =
                    new InvoiceProof(database.db()).prove().findings();
            String language = Locale.getDefault().getLanguage();
            documents.forEach(finding ->
                    System.out.println(finding.row() + ": " + finding.detail().in(language)));
            return wrong.isEmpty() && documents.isEmpty() ? code : 1;
        }
    }

    @Command(
            name = "export",
            description = "Write every posting to the standard output, as CSV.",
            mixinStandardHelpOptions = true)
    int export(
            @Option(
                            names = "--from",
                            description = "First moment, such as 2026-11-01T00:00:00Z.",
                            defaultValue = "1970-01-01T00:00:00Z")
                    Instant from,
            @Option(
                            names = "--until",
                            description = "First moment that is not part of it.",
                            defaultValue = "9999-12-31T00:00:00Z")
                    Instant until)
            throws IOException {
        try (Database database = Installation.existing().database()) {
            new Journal(database.db()).write(System.out, from, until);
            return 0;
        }
    }
}
