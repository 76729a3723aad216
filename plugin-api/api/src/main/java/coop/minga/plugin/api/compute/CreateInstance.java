package coop.minga.plugin.api.compute;

import java.util.List;
import java.util.Map;

/**
 * A request for an instance. Made by the host; may grow, so never take it apart by position.
 *
 * @param name {@code [a-z0-9-]{1,40}}, unique on this host, safe as a host name
 * @param size what the plan grants
 * @param workload what runs in it
 * @param environment variables for the workload; may hold secrets, so never logged
 * @param sshKeys public keys in OpenSSH form that may sign in, where there is something to sign in
 *     to
 * @param labels tags to put on what is created, beside the backend's own
 */
public record CreateInstance(
        String name,
        Size size,
        Workload workload,
        Map<String, String> environment,
        List<String> sshKeys,
        Map<String, String> labels) {

    public CreateInstance {
        environment = Map.copyOf(environment);
        sshKeys = List.copyOf(sshKeys);
        labels = Map.copyOf(labels);
    }

    @Override
    public String toString() {
        return "CreateInstance[name="
                + name
                + ", size="
                + size
                + ", workload="
                + workload
                + ", environment="
                + environment.keySet()
                + ", sshKeys="
                + sshKeys.size()
                + ", labels="
                + labels
                + "]";
    }
}
