package coop.minga.plugins.compute.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

class StatusTest {

    private static final String RUNNING =
            "{\"boot\":\"b-1\",\"ended_at\":\"0\",\"exit_code\":\"-1\",\"init\":\"77\",\"init_start\":\"900\",\"message\":\"say"
                + " \\\"no\\\" \\\\"
                + " }\",\"ready_at\":\"0\",\"reason\":\"\",\"sockets\":\"/run/x\",\"started_at\":\"1795168101591\",\"state\":\"running\",\"supervisor\":\"76\",\"supervisor_start\":\"899\"}\n";

    @Test
    void reportIsRead() {
        Status status = Status.parse(RUNNING).orElseThrow();
        assertThat(status.state()).isEqualTo("running");
        assertThat(status.supervisor()).isEqualTo(new Status.Born(76, "899", "b-1"));
        assertThat(status.init()).contains(new Status.Born(77, "900", "b-1"));
        assertThat(status.exitCode()).isEmpty();
        assertThat(status.message()).isEqualTo("say \"no\" \\ }");
        assertThat(status.sockets()).isEqualTo(Path.of("/run/x"));
        assertThat(status.startedAt().toEpochMilli()).isEqualTo(1795168101591L);
    }

    @Test
    void nonsenseIsNoReport() {
        for (String text :
                new String[] {"", "{}", "null", "{\"state\":\"running\"}", "\0\0", "{\"state\""}) {
            assertThat(Status.parse(text)).as(text).isEmpty();
        }
        assertThat(Status.parse(RUNNING.replace("\"76\"", "\"99999999999999999999\""))).isEmpty();
    }

    @Test
    void processIsAliveOnlyWithItsStartAndItsBoot() {
        long pid = ProcessHandle.current().pid();
        String start = Status.Born.startOf(pid);
        String boot = Status.Born.bootId();
        assertThat(start).isNotEmpty();
        assertThat(new Status.Born(pid, start, boot).alive()).isTrue();
        assertThat(new Status.Born(pid, start + "1", boot).alive()).isFalse();
        assertThat(new Status.Born(pid, start, "before the reboot").alive()).isFalse();
        assertThat(Status.Born.startOf(2_000_000_000L)).isEmpty();
    }
}
