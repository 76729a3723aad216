package coop.minga.plugins.docker;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.compute.CreateInstance;

import java.util.List;
import java.util.Optional;

/** Says to every host on the same state store which keys are being made, and which failed. */
final class Claims {
    private static final String CLAIM = "create/";

    private final ProviderContext context;
    private final KeptRequests kept;

    Claims(ProviderContext context, KeptRequests kept) {
        this.context = context;
        this.kept = kept;
    }

    /** Claims a key for this request. False when it was claimed before, by whomever. */
    boolean make(IdempotencyKey key, CreateInstance request) {
        return context.state().putIfAbsent(CLAIM + key, claim(request, Optional.empty()));
    }

    /** Keeps why a request failed for good. */
    void fail(IdempotencyKey key, CreateInstance request, String words) {
        context.state().put(CLAIM + key, claim(request, Optional.of(words)));
    }

    private String claim(CreateInstance request, Optional<String> failed) {
        return new Claim(Requests.hash(request), context.clock().instant(), kept.owner(), failed)
                .write();
    }

    Optional<Claim> of(IdempotencyKey key) {
        return context.state().get(CLAIM + key).map(Claim::read);
    }

    List<IdempotencyKey> all() {
        return context.state().keys(CLAIM).stream()
                .map(name -> new IdempotencyKey(name.substring(CLAIM.length())))
                .toList();
    }

    void delete(IdempotencyKey key) {
        context.state().delete(CLAIM + key);
    }
}
