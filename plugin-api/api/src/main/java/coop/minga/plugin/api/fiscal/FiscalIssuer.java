package coop.minga.plugin.api.fiscal;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Provider;

import java.util.Optional;

/** Reports documents to a tax authority. */
public interface FiscalIssuer extends Provider {

    /**
     * Reports a document that has its number. The same key and document give the same reference,
     * however often it is called; another document under the key is refused as {@code
     * IDEMPOTENCY_MISMATCH}. A document that can never be reported is {@code Rejected}, with a
     * reason an operator can act on.
     */
    FiscalResult issue(Call call, FiscalDocument document);

    /** How a document stands that was reported under a key; empty when there certainly was none. */
    Optional<FiscalResult> status(Call call, IdempotencyKey key);
}
