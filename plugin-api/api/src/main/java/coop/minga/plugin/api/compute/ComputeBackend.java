package coop.minga.plugin.api.compute;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.Provider;

import java.util.List;
import java.util.Optional;

/**
 * Runs instances on machines of some kind.
 *
 * <p>Whatever is created is tagged with the host's id and the call's key, so that it can be found
 * again and so that nothing foreign is ever touched. Long work is started and observed: no call
 * waits for a machine to boot.
 */
public interface ComputeBackend extends Provider {

    /** What there is and what is used, over everything this configured instance reaches. */
    Capacity capacity(Call call);

    /** Images a workload may name; empty where the backend takes none. */
    List<Image> images(Call call);

    /**
     * Starts to create an instance and returns at once; {@link #observe} tells how it goes on. The
     * call's key names the instance for ever: the same key and request give the same handle,
     * however often and in parallel they come.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code IDEMPOTENCY_MISMATCH} when the key
     *     came with another request, {@code UNAVAILABLE}, {@code INVALID_REQUEST}
     */
    CreateResult create(Call call, CreateInstance request);

    /** The instance created under a key, or empty when there certainly is none. */
    Optional<InstanceHandle> find(Call call, IdempotencyKey key);

    /**
     * What is there now; an instance that does not exist is {@link Observation.State#GONE}, not an
     * error.
     */
    Observation observe(Call call, InstanceHandle handle);

    /**
     * Starts, stops or restarts; what is already so is success.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND} when it is gone
     */
    void power(Call call, InstanceHandle handle, PowerAction action);

    /** Destroys the instance and its data; what is gone already is success. */
    void destroy(Call call, InstanceHandle handle);

    /** Everything this host created here, in pages of at most 200. */
    Page<Observation> list(Call call, Page.Token token);
}
