package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;

class SightTest {
    private static final InstanceHandle HANDLE = new InstanceHandle("minga-x-k");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'Status':'running','StartedAt':'2026-11-02T10:15:30.5Z'}|RUNNING|",
                "{'Status':'running','Health':{'Status':'starting'}}|STARTING|starting",
                "{'Status':'running','Health':{'Status':'unhealthy','Log':[{'Output':'no'}]}}"
                        + "|STARTING|unhealthy. no",
                "{'Status':'running','Health':{'Status':'healthy'}}|RUNNING|",
                "{'Status':'exited','ExitCode':3}|STOPPED|ended with code 3",
                "{'Status':'exited','ExitCode':137,'OOMKilled':true}|STOPPED|out of memory",
                "{'Status':'exited','ExitCode':128,'Error':'port is taken'}|FAILED|port is taken",
                "{'Status':'restarting','ExitCode':1}|STARTING|ended with code 1",
                "{'Status':'paused'}|STOPPED|paused",
                "{'Status':'dead','Error':'device busy'}|FAILED|device busy",
                "{'Status':'created'}|STOPPED|",
                "{'Status':'created','Error':'no such file'}|FAILED|no such file",
                "{'Status':'removing'}|STOPPED|removed",
                "{}|STOPPED|"
            })
    void engineStatesHaveTheirMeaning(String state, State expected, String words) throws Exception {
        Observation seen = see("{'State':" + state + "}");
        assertThat(seen.state()).isEqualTo(expected);
        assertThat(seen.message()).contains(words == null ? "" : words);
        assertThat(seen.key()).contains(new IdempotencyKey("k"));
    }

    @Test
    void workloadThatEndsAsOftenAsItStartsIsBroken() throws Exception {
        assertThat(see("{'State':{'Status':'restarting','ExitCode':0},'RestartCount':4}").state())
                .isEqualTo(State.FAILED);
    }

    @Test
    void portWithoutAddressYetIsNotReady() throws Exception {
        Observation seen =
                see(
                        "{'State':{'Status':'running'},'Config':{'Labels':{'minga.ports':'web:80'}},"
                            + "'HostConfig':{'PortBindings':{'80/tcp':[{}]}},"
                            + "'NetworkSettings':{'Ports':{'80/tcp':null}}}");
        assertThat(seen.state()).isEqualTo(State.STARTING);
        assertThat(seen.endpoints()).isEmpty();
    }

    private static Observation see(String json) throws Exception {
        JsonNode inspected = Json.MAPPER.readTree(json.replace('\'', '"'));
        return new Sight(Settings.of(Map.of()), new Readiness(), Clock.systemUTC())
                .of(HANDLE, new IdempotencyKey("k"), inspected, Optional.empty());
    }
}
