package coop.minga.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import coop.minga.platform.config.MingaConfig;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** In a process of its own, for logging is set up once per process. */
final class LoggingTest {

    static final class Talker {
        public static void main(String[] arguments) {
            Logging.start(new MingaConfig.Log(arguments[0], "info"));
            MDC.put("trace_id", "0af7651916cd43dd8448eb211c80319c");
            LoggerFactory.getLogger("coop.minga.test").info("two\nlines {}", 1);
            java.util.logging.Logger.getLogger("io.helidon.test").warning("from jul");
            LoggerFactory.getLogger("coop.minga.test").debug("not shown");
        }
    }

    private static List<String> say(String format) throws Exception {
        Process talker =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Talker.class.getName(),
                                format)
                        .start();
        String said = new String(talker.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(talker.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    @Test
    void jsonIsOneObjectPerLineWithTheTraceId() throws Exception {
        List<String> lines = say("json");
        assertThat(lines).hasSize(2);
        JsonNode first = new ObjectMapper().readTree(lines.get(0));
        assertThat(first.path("formattedMessage").asText()).isEqualTo("two\nlines 1");
        assertThat(first.path("mdc").path("trace_id").asText())
                .isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(new ObjectMapper().readTree(lines.get(1)).path("formattedMessage").asText())
                .isEqualTo("from jul");
    }

    @Test
    void textHasTheTraceIdToo() throws Exception {
        assertThat(say("text"))
                .anyMatch(line -> line.contains("0af7651916cd43dd8448eb211c80319c two"))
                .anyMatch(line -> line.contains("from jul"))
                .noneMatch(line -> line.contains("not shown"));
    }
}
