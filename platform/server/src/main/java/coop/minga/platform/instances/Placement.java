package coop.minga.platform.instances;

import coop.minga.platform.InstanceId;
import coop.minga.platform.NodeId;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.InstanceHandle;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * One attempt to put an instance on a node.
 *
 * @param key names the effect on the backend for ever
 * @param attempt 1 for the first node
 * @param state {@code new} nothing was asked yet; {@code calling} the backend may know of it;
 *     {@code created} it does; {@code discarding} it is to be destroyed; {@code gone} there
 *     certainly is nothing
 * @param blanks how often the backend said it knows nothing of the key while calling
 */
public record Placement(
        String key,
        InstanceId instanceId,
        int attempt,
        NodeId nodeId,
        String provider,
        String state,
        int blanks,
        @Nullable String handle,
        String reason,
        Instant createdAt,
        @Nullable Instant calledAt,
        @Nullable Instant acceptedAt) {

    public IdempotencyKey idempotencyKey() {
        return new IdempotencyKey(key);
    }

    /** The backend's name for it; only once created. */
    public InstanceHandle instanceHandle() {
        if (handle == null) {
            throw new IllegalStateException("Placement " + key + " has no handle yet");
        }
        return new InstanceHandle(handle);
    }
}
