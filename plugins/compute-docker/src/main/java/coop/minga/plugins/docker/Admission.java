package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets requests in, each key once: whatever answer was lost and whoever asks again, there is one
 * container for it or none.
 */
final class Admission {
    private final Tag tag;
    private final Containers containers;
    private final Creations creations;
    private final Room room;
    private final ReentrantLock admitting = new ReentrantLock();

    Admission(Tag tag, Containers containers, Creations creations, Room room) {
        this.tag = tag;
        this.containers = containers;
        this.creations = creations;
        this.room = room;
    }

    /**
     * Begins to make an instance, or goes on with one begun under the same key.
     *
     * @throws ProviderException {@code IDEMPOTENCY_MISMATCH} when the key made another one, {@code
     *     CONFLICT} when its name is taken by what is not ours
     */
    CreateResult create(Call call, CreateInstance request) {
        IdempotencyKey key = call.key();
        String hash = Requests.hash(request);
        Optional<String> refusal = ContainerSpec.refusal(request);
        if (refusal.isPresent()) {
            return CreateResult.rejected(refusal.get());
        }
        boolean mine = creations.claim(key, request);
        try {
            Optional<JsonNode> there = containers.inspect(call, tag.container(key));
            if (there.isPresent()) {
                return adopted(call, request, hash, there.get(), mine);
            }
            if (!mine) {
                return repeated(call, request, hash);
            }
            // One at a time, or two would take the last place.
            admitting.lock();
            try {
                Optional<String> full = room.lack(call, request);
                if (full.isPresent()) {
                    creations.release(key);
                    return CreateResult.noCapacity(full.get());
                }
                creations.begin(key, request);
            } finally {
                admitting.unlock();
            }
            return CreateResult.accepted(tag.handle(key));
        } catch (ProviderException e) {
            if (mine && !creations.isGoing(key)) {
                creations.release(key);
            }
            throw e;
        }
    }

    /** The engine has a container of that name already. */
    private CreateResult adopted(
            Call call, CreateInstance request, String hash, JsonNode there, boolean mine) {
        IdempotencyKey key = call.key();
        JsonNode labels = Sight.labels(there);
        if (!tag.isOurs(labels, key)) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "A container called "
                                    + tag.container(key)
                                    + " exists on the engine and is not ours",
                            "En el motor hay un contenedor llamado "
                                    + tag.container(key)
                                    + " que no es nuestro"));
        }
        if (!labels.path(Tag.REQUEST).asText().equals(hash)) {
            throw mismatch(key);
        }
        boolean started = !Sight.isCreated(there);
        if (mine && started) {
            creations.release(key);
        } else if (!started && creations.claimed(key).flatMap(Claim::failed).isEmpty()) {
            creations.begin(key, request);
        }
        return CreateResult.accepted(tag.handle(key));
    }

    /** Somebody claimed the key before, and there is no container yet. */
    private CreateResult repeated(Call call, CreateInstance request, String hash) {
        IdempotencyKey key = call.key();
        Optional<Claim> claim = creations.claimed(key);
        if (claim.isEmpty()) {
            // Finished or given up between two looks: look again.
            return containers
                    .inspect(call, tag.container(key))
                    .map(there -> adopted(call, request, hash, there, false))
                    .orElseGet(() -> CreateResult.noCapacity("given up a moment ago"));
        }
        if (!claim.get().request().equals(hash)) {
            throw mismatch(key);
        }
        if (claim.get().failed().isEmpty()) {
            creations.begin(key, request);
        }
        return CreateResult.accepted(tag.handle(key));
    }

    private static ProviderException mismatch(IdempotencyKey key) {
        return new ProviderException(
                Code.IDEMPOTENCY_MISMATCH,
                Text.of(
                        "Key " + key + " was used before for another request",
                        "La clave " + key + " ya se usó para otra petición"));
    }
}
