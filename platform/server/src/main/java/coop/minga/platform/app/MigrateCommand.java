package coop.minga.platform.app;

import coop.minga.platform.db.Database;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code minga migrate}. */
@Command(
        name = "migrate",
        description =
                "Bring the database's schema up to date without starting the host; the host does it"
                        + " too when it starts.",
        mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        try (Database database = Installation.existing().rawDatabase()) {
            int steps = database.migrate();
            System.out.println(
                    steps == 0 ? "The schema is up to date." : steps + " migrations were applied.");
        }
        return 0;
    }
}
