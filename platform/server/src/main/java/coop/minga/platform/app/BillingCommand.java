package coop.minga.platform.app;

import coop.minga.platform.app.simulate.DatabaseCopy;
import coop.minga.platform.app.simulate.Simulation;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.db.Database;
import coop.minga.plugin.api.Text;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.PrintStream;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** {@code minga billing simulate}. */
@Command(
        name = "billing",
        description = "Look ahead.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class BillingCommand {

    private static final int MOST_DAYS = 1_100;

    private static final Map<Simulation.Kind, Text> NAMES =
            new EnumMap<>(
                    Map.of(
                            Simulation.Kind.CHARGE, Text.of("charge", "cobro"),
                            Simulation.Kind.ATTEMPT, Text.of("failed attempt", "intento fallido"),
                            Simulation.Kind.REMINDER, Text.of("reminder", "aviso"),
                            Simulation.Kind.SUSPENSION, Text.of("suspension", "suspensión"),
                            Simulation.Kind.EXPIRY, Text.of("end of time", "fin del tiempo"),
                            Simulation.Kind.DESTRUCTION, Text.of("destruction", "eliminación"),
                            Simulation.Kind.INVOICE, Text.of("document", "documento")));

    private final PrintStream out = System.out;

    @Command(
            name = "simulate",
            description =
                    "Let billing run through the days to come on a copy of the database: every"
                            + " document, charge, failed attempt, suspension and destruction is"
                            + " listed, nobody is asked or told, and nothing here is changed.",
            mixinStandardHelpOptions = true)
    int simulate(
            @Option(
                            names = "--days",
                            description = "How many days, 1 to 1100. Default: ${DEFAULT-VALUE}.",
                            defaultValue = "90")
                    int days) {
        if (days < 1 || days > MOST_DAYS) {
            throw new CannotStart("Give --days a number from 1 to " + MOST_DAYS + ".");
        }
        String language = Locale.getDefault().getLanguage();
        Installation installation = Installation.existing();
        Map<Simulation.Kind, Integer> counts = new EnumMap<>(Simulation.Kind.class);
        try (Database source = installation.database();
                DatabaseCopy copy =
                        DatabaseCopy.of(source, Main.VERSION, installation.mode().id())) {
            new Simulation(
                            copy.database().db(),
                            Clock.systemUTC().instant(),
                            happening -> {
                                counts.merge(happening.kind(), 1, Integer::sum);
                                print(happening, language);
                            })
                    .run(days);
        }
        out.println();
        counts.forEach((kind, count) -> out.println(name(kind, language) + ": " + count));
        out.println(
                Text.of(
                                "Nothing was changed: this was a copy.",
                                "No se cambió nada: era una copia.")
                        .in(language));
        return 0;
    }

    private void print(Simulation.Happening happening, String language) {
        out.println(
                String.join(
                        "\t",
                        happening.at().toString(),
                        name(happening.kind(), language),
                        happening.subject(),
                        happening.detail()));
    }

    private static String name(Simulation.Kind kind, String language) {
        return NAMES.getOrDefault(kind, Text.of(kind.id())).in(language);
    }
}
