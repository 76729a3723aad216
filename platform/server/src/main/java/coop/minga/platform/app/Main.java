package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entrance: {@code bin/minga}. */
@Command(
        name = "minga",
        description = "The cloud co-op in a box.",
        mixinStandardHelpOptions = true,
        version = "minga " + Main.VERSION,
        subcommands = {
            StartCommand.class,
            DemoCommand.class,
            DoctorCommand.class,
            InitCommand.class,
            BackupCommand.class,
            BillingCommand.class,
            BooksCommand.class,
            ConfigCommand.class,
            PluginCommand.class,
            AdminCommand.class,
            MigrateCommand.class
        })
public final class Main implements Runnable {

    static final String VERSION = "0.1.0";

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /**
     * Runs a command and gives its exit code: 0, 1 for what the operator must change, 2 for misuse.
     */
    static int run(String... args) {
        return switch (String.join(" ", args)) {
            // The usual two are not looked up: to read what every command may be told takes a
            // quarter of a start.
            case "start" -> start(false);
            case "start --trial" -> start(true);
            default -> lookUp(args);
        };
    }

    private static int start(boolean trial) {
        try {
            return new StartCommand(trial).call();
        } catch (CannotStart e) {
            System.err.println(e.getMessage());
            return 1;
        } catch (InterruptedException | RuntimeException e) {
            e.printStackTrace();
            return 1;
        }
    }

    private static int lookUp(String... args) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, result) -> {
                    if (failure instanceof CannotStart cannot) {
                        command.getErr().println(cannot.getMessage());
                        return 1;
                    }
                    throw failure;
                })
                .execute(args);
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
