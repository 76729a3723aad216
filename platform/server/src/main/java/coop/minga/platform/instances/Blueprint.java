package coop.minga.platform.instances;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

import coop.minga.platform.InstanceId;
import coop.minga.platform.config.SecretBox;
import coop.minga.plugin.api.compute.CreateInstance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is asked of a backend for an instance, kept encrypted: it may hold secrets of the customer
 * and holds those made for it.
 *
 * @param request without the made secrets
 * @param credentials given to the workload as variables
 */
record Blueprint(CreateInstance request, List<Credential> credentials) {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new Jdk8Module())
                    .addModule(new JavaTimeModule())
                    .build();

    byte[] sealed(SecretBox box, InstanceId instance) {
        try {
            return box.seal(
                    purpose(instance),
                    MAPPER.writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A request is plain data", e);
        }
    }

    static Blueprint opened(SecretBox box, InstanceId instance, byte[] sealed) {
        try {
            return MAPPER.readValue(box.open(purpose(instance), sealed), Blueprint.class);
        } catch (IOException e) {
            throw new UncheckedIOException("A stored request cannot be read", e);
        }
    }

    /** The request with the secrets among the variables. */
    CreateInstance complete() {
        Map<String, String> environment = new HashMap<>(request.environment());
        credentials.forEach(c -> environment.put(c.variable(), c.value()));
        return new CreateInstance(
                request.name(),
                request.size(),
                request.workload(),
                environment,
                request.sshKeys(),
                request.labels());
    }

    private static String purpose(InstanceId instance) {
        return "instance/" + instance;
    }
}
