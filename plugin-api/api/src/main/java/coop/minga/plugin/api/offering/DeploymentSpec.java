package coop.minga.plugin.api.offering;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Workload;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What has to run for an order.
 *
 * @param needs what the backend must be able to do ({@link coop.minga.plugin.api.compute.Need})
 * @param workload what runs
 * @param environment variables that are no secrets
 * @param secrets made by the host, given to the workload as variables, shown to the owner once
 */
public record DeploymentSpec(
        Set<String> needs,
        Workload workload,
        Map<String, String> environment,
        List<GeneratedSecret> secrets) {

    public DeploymentSpec {
        needs = Set.copyOf(needs);
        environment = Map.copyOf(environment);
        secrets = List.copyOf(secrets);
    }

    public static DeploymentSpec of(Set<String> needs, Workload workload) {
        return new DeploymentSpec(needs, workload, Map.of(), List.of());
    }

    public DeploymentSpec withEnvironment(Map<String, String> variables) {
        return new DeploymentSpec(needs, workload, variables, secrets);
    }

    public DeploymentSpec withSecrets(GeneratedSecret... made) {
        return new DeploymentSpec(needs, workload, environment, List.of(made));
    }

    /**
     * @param variable the environment variable it is given in
     * @param label its name for people
     * @param length 8 to 64 characters of {@code [A-Za-z0-9]}
     */
    public record GeneratedSecret(String variable, Text label, int length) {

        public GeneratedSecret {
            if (!Workload.isEnvironmentName(variable) || length < 8 || length > 64) {
                throw new IllegalArgumentException(
                        "Secret '" + variable + "' of length " + length + " is not usable");
            }
        }
    }
}
