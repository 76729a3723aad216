package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.config.Mode;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code minga init}: from a trial, or from nothing, to a production configuration. */
@Command(
        name = "init",
        description =
                "Write a production configuration and say what is still missing. With --from-trial"
                        + " the trial's data becomes production, for good.",
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {

    @Option(
            names = "--from-trial",
            description = "Turn the trial in the data directory into production.")
    private boolean fromTrial;

    @Option(names = "--public-url", description = "Where browsers will reach the host: https://…")
    private @Nullable String publicUrl;

    @Option(names = "--apps-domain", description = "Instances get names below this domain.")
    private @Nullable String appsDomain;

    @Option(names = "--tls-cert", description = "A PEM certificate chain.")
    private @Nullable String tlsCert;

    @Option(names = "--tls-key", description = "Its private key.")
    private @Nullable String tlsKey;

    @Option(names = "--trusted-proxy", description = "The address of a TLS proxy in front.")
    private @Nullable String trustedProxy;

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        Host.Places places = Host.Places.ofProcess();
        Mode before = DataDirectory.modeOf(places.data()).orElse(null);
        if (fromTrial && before != Mode.TRIAL) {
            throw new CannotStart("There is no trial in " + places.data() + " to go on from.");
        }
        if (!fromTrial && before == Mode.TRIAL) {
            throw new CannotStart(
                    places.data()
                            + " holds a trial: say --from-trial to go on with its data, or set"
                            + " MINGA_DATA_DIR to a new place.");
        }
        write(places.config().resolve("minga.yaml"));
        List<String> missing = missing(places);
        if (!missing.isEmpty()) {
            out.println("Still missing for production:");
            missing.forEach(what -> out.println("  - " + what));
            return 1;
        }
        if (fromTrial) {
            try (DataDirectory directory = DataDirectory.open(places.data(), Mode.TRIAL)) {
                directory.promote();
            }
            out.println("The data in " + places.data() + " is production now.");
            out.println(
                    "Welcome grants and test payments of the trial stay in its books; operators are"
                            + " asked for a second factor at their next sign-in.");
        }
        out.println("Start it with: minga start");
        return 0;
    }

    private List<String> missing(Host.Places places) {
        List<String> missing = new ArrayList<>();
        try {
            Installation.of(places, Mode.PRODUCTION);
        } catch (CannotStart e) {
            missing.add(String.valueOf(e.getMessage()));
        }
        return missing;
    }

    /** Writes a new file, or leaves an existing one and says what to add. */
    private void write(Path file) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        values.put("public_url", publicUrl);
        values.put("apps_domain", appsDomain);
        values.put("tls_cert", tlsCert);
        values.put("tls_key", tlsKey);
        values.put("trusted_proxies", trustedProxy);
        StringBuilder http = new StringBuilder();
        values.forEach((key, value) -> {
            if (value != null) {
                http.append("  ").append(key).append(": \"");
                http.append(value.replace("\\", "\\\\").replace("\"", "\\\""));
                http.append("\"\n");
            }
        });
        if (http.isEmpty()) {
            return;
        }
        try {
            String now = Files.exists(file) ? Files.readString(file) : "";
            List<String> lines = new ArrayList<>(now.lines().toList());
            int section = lines.indexOf("http:");
            if (section >= 0) {
                for (String key : values.keySet()) {
                    if (values.get(key) != null
                            && lines.stream().anyMatch(line -> line.startsWith("  " + key + ":"))) {
                        throw new CannotStart(
                                file + " sets http." + key + " already: change it there.");
                    }
                }
                lines.add(section + 1, http.toString().stripTrailing());
            } else {
                lines.add("http:\n" + http.toString().stripTrailing());
            }
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(fresh, String.join("\n", lines) + "\n");
            Files.move(
                    fresh,
                    file,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            out.println("Written: " + file);
        } catch (IOException e) {
            throw new CannotStart(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
