package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A host in a process of its own, to be killed or to be run as another user. Creates an instance,
 * says so on its standard output, and then does as told: {@code stay}, or {@code check} and leave.
 */
final class LittleHost {

    private LittleHost() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Rig rig = new Rig(Path.of(arguments[0]));
        IdempotencyKey key = new IdempotencyKey(arguments[1]);
        InstanceHandle handle = rig.create(key, Sample.web("little"));
        rig.reach(handle, Observation.State.RUNNING);
        System.out.println("running " + handle.value());
        if (arguments[2].equals("stay")) {
            Thread.sleep(600_000);
        }
        System.out.println(
                "probe " + rig.backend.probe(coop.minga.plugin.testkit.Calls.fresh()).status());
        System.out.println(
                "inside "
                        + rig.inside(
                                        handle,
                                        "id -u; echo kept > note; (echo x > /usr/x) 2>&1; unshare"
                                            + " -U true 2>&1 || echo no-userns; hostname; cat"
                                            + " /proc/[0-9]*/cmdline | tr -c 'a-z' ' '; ulimit -u")
                                .replace('\n', '|'));
        rig.backend.power(
                coop.minga.plugin.testkit.Calls.fresh(),
                handle,
                coop.minga.plugin.api.compute.PowerAction.RESTART);
        System.out.println("note " + rig.inside(handle, "cat note").strip());
        System.out.println(
                "memory "
                        + rig.backend
                                .usage(coop.minga.plugin.testkit.Calls.fresh(), handle)
                                .memoryBytes());
        rig.close();
        System.out.println("state " + rig.observe(handle).state());
    }
}
