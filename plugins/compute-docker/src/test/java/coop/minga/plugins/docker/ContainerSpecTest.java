package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class ContainerSpecTest {
    private static final Workload WEB =
            Workload.ofImage("minga/hello:1")
                    .withPorts(
                            List.of(
                                    new Workload.Port("web", 8080, Workload.Protocol.HTTP),
                                    new Workload.Port("db", 5432, Workload.Protocol.TCP)));

    @Test
    void onlyHttpPortsArePublishedAndOnLoopback() {
        JsonNode host = body(WEB, Map.of()).path("HostConfig");
        assertThat(host.path("PortBindings"))
                .hasToString("{\"8080/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"\"}]}");
    }

    @Test
    void tenantsLabelsCannotReplaceOurs() {
        CreateInstance request =
                new CreateInstance(
                        "n",
                        new Size(500, 64, 1),
                        WEB,
                        Map.of(),
                        List.of(),
                        Map.of("minga.host", "other", "minga.key", "other", "team", "a"));
        JsonNode labels = body(request, Map.of()).path("Labels");
        assertThat(labels.path("minga.host").asText()).isEqualTo("host-1");
        assertThat(labels.path("minga.key").asText()).isEqualTo("k");
        assertThat(labels.path("team").asText()).isEqualTo("a");
    }

    @Test
    void commandReplacesTheEntryPoint() {
        JsonNode body = body(WEB.withCommand(List.of("/bin/x", "-a", "b c")), Map.of());
        assertThat(body.path("Entrypoint")).hasToString("[\"/bin/x\"]");
        assertThat(body.path("Cmd")).hasToString("[\"-a\",\"b c\"]");
        assertThat(body(WEB, Map.of()).has("Entrypoint")).isFalse();
    }

    @Test
    void readOnlyRootGivesWayWhereFilesHaveToBePut() {
        Map<String, Object> readOnly = Map.of("readonly_rootfs", true);
        JsonNode plain = body(WEB, readOnly).path("HostConfig");
        assertThat(plain.path("ReadonlyRootfs").asBoolean()).isTrue();
        assertThat(plain.path("Tmpfs").has("/run")).isTrue();
        JsonNode files =
                body(WEB.withFiles(List.of(new Workload.File("/a", "", false))), readOnly)
                        .path("HostConfig");
        assertThat(files.path("ReadonlyRootfs").asBoolean()).isFalse();
    }

    @Test
    void scratchSpaceDoesNotHideVolumesOrFiles() {
        assertThat(tmp(WEB)).isTrue();
        assertThat(tmp(WEB.withVolumes(List.of(new Workload.Volume("v", "/tmp/", 1))))).isFalse();
        assertThat(tmp(WEB.withFiles(List.of(new Workload.File("/tmp/a/b", "", false))))).isFalse();
        assertThat(tmp(WEB.withVolumes(List.of(new Workload.Volume("v", "/tmpfoo", 1))))).isTrue();
    }

    private static boolean tmp(Workload workload) {
        return body(workload, Map.of()).path("HostConfig").path("Tmpfs").has("/tmp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "//", "/proc", "/proc/sys", "/sys/fs", "/dev/shm", "/etc/", "/usr"})
    void volumesOverTheSystemAreRefused(String path) {
        assertThat(
                        ContainerSpec.refusal(
                                request(
                                        WEB.withVolumes(
                                                List.of(new Workload.Volume("v", path, 1))))))
                .isPresent();
    }

    @Test
    void requestsThatCannotWorkAreRefusedWithAReason() {
        assertThat(ContainerSpec.refusal(request(WEB))).isEmpty();
        assertThat(ContainerSpec.refusal(request(Workload.ofCommand("sh")))).isPresent();
        assertThat(ContainerSpec.refusal(request(Workload.ofImage("UP/x")))).isPresent();
        assertThat(
                        ContainerSpec.refusal(
                                request(
                                        WEB.withHealth(
                                                new Workload.Health(
                                                        "nope", "/", Duration.ofSeconds(1))))))
                .isPresent();
        assertThat(
                        ContainerSpec.refusal(
                                request(
                                        WEB.withHealth(
                                                new Workload.Health(
                                                        "web",
                                                        "/ HTTP/1.1\r\nX: y",
                                                        Duration.ofSeconds(1))))))
                .isPresent();
    }

    @Test
    void equalRequestsHaveEqualHashesAndSurviveBeingKept() {
        Map<String, String> one = new LinkedHashMap<>();
        one.put("A", "1");
        one.put("B", "2");
        Map<String, String> two = new LinkedHashMap<>();
        two.put("B", "2");
        two.put("A", "1");
        Workload full =
                WEB.withCommand(List.of("a", ""))
                        .withFiles(List.of(new Workload.File("/x", "ñ\n", true)))
                        .withVolumes(List.of(new Workload.Volume("v", "/data", 5)))
                        .withHealth(new Workload.Health("web", "/up?x=1", Duration.ofMillis(2500)))
                        .withOutbound(false);
        CreateInstance request =
                new CreateInstance(
                        "n", new Size(1, 2, 3), full, one, List.of("ssh-ed25519 x"), two);
        assertThat(Requests.hash(request))
                .isEqualTo(
                        Requests.hash(
                                new CreateInstance(
                                        "n",
                                        new Size(1, 2, 3),
                                        full,
                                        two,
                                        List.of("ssh-ed25519 x"),
                                        one)))
                .isNotEqualTo(Requests.hash(request(full)));
        assertThat(Requests.read(Requests.write(request))).isEqualTo(request);
    }

    @Test
    void handlesOfOthersAreNotOurs() {
        Tag tag = new Tag("host-1");
        IdempotencyKey key = new IdempotencyKey("A-b_9");
        assertThat(tag.key(tag.handle(key))).contains(key);
        assertThat(new Tag("host-2").key(tag.handle(key))).isEmpty();
        assertThat(tag.key(new InstanceHandle("../../images"))).isEmpty();
        assertThat(tag.key(new InstanceHandle(tag.container(key) + "/json?x="))).isEmpty();
    }

    private static CreateInstance request(Workload workload) {
        return new CreateInstance(
                "n", new Size(500, 64, 1), workload, Map.of(), List.of(), Map.of());
    }

    private static JsonNode body(Workload workload, Map<String, Object> settings) {
        return body(request(workload), settings);
    }

    private static JsonNode body(CreateInstance request, Map<String, Object> settings) {
        return ContainerSpec.body(
                request,
                Settings.of(settings),
                new Tag("host-1"),
                new IdempotencyKey("k"),
                "net",
                true);
    }
}
