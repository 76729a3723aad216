package coop.minga.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class ConfigFileTest {

    private static final Pattern COMMENTED = Pattern.compile("  # ([a-z_]+):([^#]*)(#.*)?");

    @TempDir Path directory;

    private MingaConfig read(String yaml, Map<String, String> environment) throws Exception {
        Files.writeString(directory.resolve("minga.yaml"), yaml);
        return ConfigFile.read(directory, environment)
                .build(Mode.TRIAL, directory.resolve("data"), directory);
    }

    private void refuses(String yaml, Map<String, String> environment, String... parts) {
        assertThatThrownBy(() -> read(yaml, environment))
                .isInstanceOf(CannotStart.class)
                .message()
                .contains(parts);
    }

    @Test
    void theShippedFileShowsEverySettingWithItsDefault() throws Exception {
        Path shipped = Path.of("../../config/minga.yaml");
        Map<String, String> shown = new TreeMap<>();
        String section = "";
        for (String line : Files.readAllLines(shipped)) {
            Matcher commented = COMMENTED.matcher(line);
            if (line.matches("[a-z]+:")) {
                section = line.substring(0, line.length() - 1);
            } else if (commented.matches()) {
                shown.put(section + "." + commented.group(1), commented.group(2).strip());
            }
        }
        Map<String, String> known = new TreeMap<>();
        Settings.ALL.forEach(setting -> known.put(setting.key(), setting.fallback()));
        assertThat(shown).isEqualTo(known);
    }

    @Test
    void theShippedFileIsAccepted() throws Exception {
        MingaConfig config = read(Files.readString(Path.of("../../config/minga.yaml")), Map.of());
        assertThat(config.http().port()).isEqualTo(8080);
        assertThat(config.database()).isEqualTo(DatabaseConfig.defaults());
        assertThat(config.welcomeGrantMinor()).isEqualTo(100_00);
    }

    @Test
    void anUnknownKeyStopsTheStartAndTheNearestOneIsNamed() {
        refuses("http:\n  prot: 1\n", Map.of(), "unknown key 'http.prot'", "'http.port'");
        refuses("http:\n  port: 1\n  port: 2\n", Map.of(), "line", "twice");
        refuses("http: 8080\n", Map.of(), "'http' must hold keys");
    }

    @Test
    void wrongValuesNameTheKeyAndWhatIsWanted() {
        refuses("http:\n  port: 70000\n", Map.of(), "http.port", "from 0 to 65535", "70000");
        refuses("", Map.of("MINGA_HTTP_PORT", "x"), "MINGA_HTTP_PORT (http.port)");
        refuses("http:\n  request_deadline: soon\n", Map.of(), "30s");
        refuses("http:\n  tls_cert: a.pem\n", Map.of(), "tls_key");
        refuses("log:\n  format: xml\n", Map.of(), "text, json");
    }

    @Test
    void publishersAreNamedByTheOperator() throws Exception {
        MingaConfig config =
                read(
                        "plugins:\n  policy: ask\n  upload: off\n  publishers:\n"
                                + "    acme: MCow\n    coop.example: ${env:KEY}\n",
                        Map.of("KEY", "MCoz"));
        assertThat(config.plugins().policy()).isEqualTo("ask");
        assertThat(config.plugins().upload()).isFalse();
        assertThat(config.plugins().publishers())
                .isEqualTo(Map.of("acme", "MCow", "coop.example", "MCoz"));
        assertThat(ConfigFile.read(directory, Map.of("KEY", "MCoz")).effective())
                .contains(new ConfigFile.Line("plugins.publishers.acme", "MCow", "file"));
        refuses("plugins:\n  publisher:\n    acme: x\n", Map.of(), "unknown key");
        refuses("plugins:\n  policy: closed\n", Map.of(), "locked, ask, open");
    }

    @Test
    void aTrialRunsAnyPluginAndProductionOnlyApprovedOnes() throws Exception {
        assertThat(read("", Map.of()).plugins())
                .extracting(MingaConfig.Plugins::policy, MingaConfig.Plugins::upload)
                .containsExactly("open", true);
        Files.writeString(
                directory.resolve("minga.yaml"),
                "http:\n  public_url: https://a.example\n  trusted_proxies: 10.0.0.1\n");
        assertThat(
                        ConfigFile.read(directory, Map.of())
                                .build(Mode.PRODUCTION, directory.resolve("data"), directory)
                                .plugins())
                .extracting(MingaConfig.Plugins::policy, MingaConfig.Plugins::upload)
                .containsExactly("locked", false);
    }

    @Test
    void theEnvironmentWinsOverTheFile() throws Exception {
        MingaConfig config =
                read(
                        "http:\n  port: 9000\n  request_deadline: 5s\n",
                        Map.of("MINGA_HTTP_PORT", "9001"));
        assertThat(config.http().port()).isEqualTo(9001);
        assertThat(config.http().requestDeadline()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void referencesAreFollowedAndSecretsMasked() throws Exception {
        Files.createDirectories(directory.resolve("secrets"));
        Files.writeString(directory.resolve("secrets/db"), "hush\n");
        MingaConfig config =
                read(
                        "database:\n  user: ${env:WHO}\n  password: ${secret:db}\n",
                        Map.of("WHO", "me"));
        assertThat(config.database().user()).isEqualTo("me");
        assertThat(config.database().password()).isEqualTo("hush");
        List<ConfigFile.Line> lines = ConfigFile.read(directory, Map.of("WHO", "me")).effective();
        assertThat(lines)
                .extracting(ConfigFile.Line::value)
                .contains("********")
                .doesNotContain("hush");
        refuses(
                "database:\n  user: ${env:NOBODY}\n",
                Map.of(),
                "database.user",
                "NOBODY",
                "not set");
        refuses(
                "database:\n  password: ${secret:none}\n",
                Map.of(),
                "secrets/none",
                "cannot be read");
    }

    @Test
    void productionWithoutTlsIsRefused() throws Exception {
        Files.writeString(directory.resolve("minga.yaml"), "");
        assertThatThrownBy(() ->
                        ConfigFile.read(directory, Map.of())
                                .build(Mode.PRODUCTION, directory, directory))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("Production needs TLS");
        refuses(
                "http:\n  tls_cert: a.pem\n  tls_key: k.pem\n  public_url: http://cloud.test\n",
                Map.of(),
                "http.public_url",
                "https://");
    }

    @Test
    void aModeIsFixedAtTheFirstStartAndNeverFlipped() {
        Path data = directory.resolve("data");
        try (DataDirectory first = DataDirectory.open(data, Mode.TRIAL)) {
            assertThat(first.mode()).isEqualTo(Mode.TRIAL);
            assertThat(first.masterKey()).hasSize(32).isEqualTo(first.masterKey());
        }
        assertThatThrownBy(() -> DataDirectory.open(data, Mode.PRODUCTION))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("init --from-trial");
        try (DataDirectory again = DataDirectory.open(data, null)) {
            assertThat(again.mode()).isEqualTo(Mode.TRIAL);
            again.promote();
        }
        try (DataDirectory promoted = DataDirectory.open(data, Mode.PRODUCTION)) {
            assertThat(promoted.mode()).isEqualTo(Mode.PRODUCTION);
        }
    }
}
