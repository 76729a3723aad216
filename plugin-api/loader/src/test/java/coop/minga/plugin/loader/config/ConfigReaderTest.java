package coop.minga.plugin.loader.config;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class ConfigReaderTest {

    private static final ConfigSchema SCHEMA =
            ConfigSchema.of(
                    Field.of("name", FieldType.line("[a-z]+"), Text.of("Name", "Nombre")).needed(),
                    Field.of("notes", FieldType.area(50), Text.of("Notes", "Notas")),
                    Field.of("api_key", FieldType.secret(), Text.of("Key", "Clave"))
                            .in("access")
                            .explained(Text.of("From the vendor", "Del proveedor")),
                    Field.of("port", FieldType.integer(1, 65535), Text.of("Port", "Puerto"))
                            .or("8080"),
                    Field.of(
                            "rate",
                            new FieldType.Decimal(BigDecimal.ZERO, BigDecimal.TEN, 2),
                            Text.of("Rate", "Tasa")),
                    Field.of("tls", FieldType.bool(), Text.of("TLS")).or("true"),
                    Field.of(
                            "mode",
                            FieldType.choice(
                                    new FieldType.Option("fast", Text.of("Fast", "Rápido")),
                                    new FieldType.Option("safe", Text.of("Safe", "Seguro"))),
                            Text.of("Mode", "Modo")),
                    Field.of(
                                    "timeout",
                                    FieldType.span(Duration.ofSeconds(1), Duration.ofMinutes(5)),
                                    Text.of("Timeout", "Espera"))
                            .or("30s")
                            .asAdvanced(),
                    Field.of("endpoint", FieldType.url("https"), Text.of("Address", "Dirección")),
                    Field.of("regions", FieldType.lines(3, "[a-z]{2}"), Text.of("Regions"))
                            .or("ec, co"));

    private static ProviderConfig valid(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Valid.class);
        return ((Reading.Valid) reading).config();
    }

    private static void refuses(String name, Object value, String pointer, String code) {
        Map<String, Object> raw = new HashMap<>(Map.of("name", "x"));
        raw.put(name, value);
        Reading reading = ConfigReader.read(SCHEMA, raw);
        assertThat(reading).isInstanceOf(Reading.Invalid.class);
        assertThat(((Reading.Invalid) reading).problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo(pointer);
                    assertThat(problem.code()).isEqualTo(code);
                    assertThat(problem.message().byLanguage()).containsKeys("en", "es");
                });
    }

    @Test
    void defaultsAreFilledIn() {
        ProviderConfig config = valid(ConfigReader.read(SCHEMA, Map.of("name", "quito")));
        assertThat(config.text("name")).isEqualTo("quito");
        assertThat(config.integer("port")).isEqualTo(8080);
        assertThat(config.bool("tls")).isTrue();
        assertThat(config.duration("timeout")).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.list("regions")).containsExactly("ec", "co");
        assertThat(config.has("api_key")).isFalse();
    }

    @Test
    void everyTypeIsRead() {
        ProviderConfig config =
                valid(
                        ConfigReader.read(
                                SCHEMA,
                                Map.of(
                                        "name", "x",
                                        "notes", "two\nlines",
                                        "api_key", "s3cret",
                                        "port", 443,
                                        "rate", new BigDecimal("1.25"),
                                        "tls", false,
                                        "mode", "safe",
                                        "timeout", "2m",
                                        "endpoint", "https://example.org/v1",
                                        "regions", List.of("pe"))));
        assertThat(config.text("api_key")).isEqualTo("s3cret");
        assertThat(config.integer("port")).isEqualTo(443);
        assertThat(config.decimal("rate")).isEqualByComparingTo("1.25");
        assertThat(config.bool("tls")).isFalse();
        assertThat(config.duration("timeout")).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.url("endpoint")).hasHost("example.org");
        assertThat(config.toString()).doesNotContain("s3cret");
    }

    @Test
    void everyProblemIsToldAtOnce() {
        Reading reading = ConfigReader.read(SCHEMA, Map.of("port", 0, "mode", "fats", "prot", "x"));
        assertThat(((Reading.Invalid) reading).problems())
                .extracting(ConfigProblem::pointer, ConfigProblem::code)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("/name", "required"),
                        org.assertj.core.groups.Tuple.tuple("/port", "range"),
                        org.assertj.core.groups.Tuple.tuple("/mode", "choice"),
                        org.assertj.core.groups.Tuple.tuple("/prot", "unknown-key"));
        assertThat(((Reading.Invalid) reading).summary("en"))
                .contains("did you mean 'port'?", "'fast'?");
        assertThat(((Reading.Invalid) reading).summary("es")).contains("¿quisiste decir 'port'?");
    }

    @Test
    void wrongTypesAreRefused() {
        refuses("name", 7, "/name", "type");
        refuses("name", "UPPER", "/name", "pattern");
        refuses("name", "x".repeat(201), "/name", "length");
        refuses("notes", "nul\0", "/notes", "characters");
        refuses("api_key", "", "/api_key", "required");
        refuses("port", "443", "/port", "type");
        refuses("port", 1.5, "/port", "type");
        refuses("port", Double.NaN, "/port", "type");
        refuses("port", new BigDecimal("1e1000000"), "/port", "type");
        refuses("port", BigInteger.TWO.pow(100), "/port", "range");
        refuses("rate", new BigDecimal("1.255"), "/rate", "scale");
        refuses("rate", List.of(), "/rate", "type");
        refuses("tls", "true", "/tls", "type");
        refuses("timeout", "soon", "/timeout", "type");
        refuses("timeout", "10m", "/timeout", "range");
        refuses("endpoint", "http://example.org", "/endpoint", "url");
        refuses("endpoint", "https://user:pw@example.org", "/endpoint", "url");
        refuses("endpoint", "not an address", "/endpoint", "url");
        refuses("regions", "ec", "/regions", "type");
        refuses("regions", List.of("ec", "XX"), "/regions/1", "pattern");
        refuses("regions", Arrays.asList("ec", null), "/regions/1", "pattern");
        refuses("regions", List.of("aa", "bb", "cc", "dd"), "/regions", "length");
        refuses("a/b~c", "x", "/a~1b~0c", "unknown-key");
    }

    @Test
    void fileMayWriteScalarsAsText() {
        ProviderConfig config =
                valid(
                        ConfigReader.readFile(
                                SCHEMA,
                                Map.of(
                                        "name", "x",
                                        "port", "443",
                                        "rate", "2.50",
                                        "tls", "False",
                                        "regions", "ec,pe")));
        assertThat(config.integer("port")).isEqualTo(443);
        assertThat(config.bool("tls")).isFalse();
        assertThat(config.list("regions")).containsExactly("ec", "pe");
    }

    @Test
    void wrongSchemaIsFound() {
        assertThat(SchemaCheck.problems(SCHEMA)).isEmpty();
        ConfigSchema wrong =
                ConfigSchema.of(
                        Field.of("a", FieldType.line("("), Text.of("A")),
                        Field.of("b", FieldType.integer(5, 1), Text.of("B")),
                        Field.of("c", FieldType.integer(1, 5), Text.of("C")).or("9"),
                        Field.of("d", FieldType.choice(), Text.of("D")));
        assertThat(SchemaCheck.problems(wrong)).hasSize(4);
    }

    @Test
    @SuppressWarnings("unchecked")
    void schemaIsRenderedForABrowser() {
        Map<String, Object> json = SchemaJson.of(SCHEMA, "es");
        assertThat(json.get("required")).isEqualTo(List.of("name"));
        Map<String, Map<String, Object>> properties =
                (Map<String, Map<String, Object>>) json.get("properties");
        assertThat(properties.get("name"))
                .containsEntry("title", "Nombre")
                .containsEntry("pattern", "^(?:[a-z]+)$")
                .containsEntry("x-order", 0);
        assertThat(properties.get("api_key"))
                .containsEntry("x-secret", true)
                .containsEntry("description", "Del proveedor")
                .containsEntry("x-group", "access")
                .doesNotContainKey("default");
        assertThat(properties.get("port"))
                .containsEntry("type", "integer")
                .containsEntry("default", 8080L)
                .containsEntry("maximum", 65535L);
        assertThat(properties.get("mode").get("oneOf"))
                .isEqualTo(
                        List.of(
                                Map.of("const", "fast", "title", "Rápido"),
                                Map.of("const", "safe", "title", "Seguro")));
        assertThat(properties.get("timeout"))
                .containsEntry("x-advanced", true)
                .containsEntry("default", "30s")
                .containsEntry("x-maximum", "5m");
        assertThat(properties.get("regions")).containsEntry("default", List.of("ec", "co"));
    }
}
