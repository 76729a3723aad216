package coop.minga.platform.invoices;

import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalResult;

import java.util.Optional;

/** Who reports documents to a tax authority, if anybody does. */
public interface FiscalOffice {

    /** Whether an operator set somebody up, working or not. */
    boolean isSetUp();

    /** The name of who works now. */
    Optional<String> open();

    /** Reports a document; the same key does it once. */
    Outcome<FiscalResult> issue(
            String name, IdempotencyKey key, FiscalDocument document, String traceId);

    /** How a reported document stands. */
    Outcome<Optional<FiscalResult>> status(String name, IdempotencyKey key, String traceId);
}
