package coop.minga.platform.app;

import coop.minga.platform.config.ConfigFile;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.PrintStream;
import java.util.List;

/** {@code minga config show}. */
@Command(
        name = "config",
        description = "Show the configuration.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand {

    private final PrintStream out = System.out;

    @Command(
            name = "show",
            description = "What was set, and where; secrets masked.",
            mixinStandardHelpOptions = true)
    int show(
            @Option(names = "--effective", description = "Everything, with defaults.")
                    boolean effective) {
        Host.Places places = Host.Places.ofProcess();
        List<ConfigFile.Line> lines =
                ConfigFile.read(places.config(), places.environment()).effective();
        int width = lines.stream().mapToInt(line -> line.key().length()).max().orElse(10);
        out.println("# " + places.config().resolve("minga.yaml"));
        for (ConfigFile.Line line : lines) {
            if (effective || !line.source().equals("default")) {
                out.printf(
                        "%-" + width + "s  %-32s  %s%n", line.key(), line.value(), line.source());
            }
        }
        return 0;
    }
}
