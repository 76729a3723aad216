package coop.minga.platform.jobs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A job's public id; the same for the same name within a type. */
public record JobId(UUID value) implements Id {

    @JsonCreator
    public static JobId parse(String text) {
        return new JobId(Ids.parse("job", text));
    }

    /**
     * @param id the job's name within its type
     */
    public static JobId of(JobType<?> type, String id) {
        return new JobId(
                UUID.nameUUIDFromBytes((type.name() + "/" + id).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String prefix() {
        return "job";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
