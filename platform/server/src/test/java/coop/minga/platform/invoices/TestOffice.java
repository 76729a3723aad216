package coop.minga.platform.invoices;

import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalResult;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A tax office that answers what the test says; closed at first. */
final class TestOffice implements FiscalOffice {

    final List<String> reported = new CopyOnWriteArrayList<>();
    volatile FiscalResult answer = FiscalResult.pending("");
    private volatile boolean open;

    void opens() {
        open = true;
    }

    @Override
    public boolean isSetUp() {
        return open;
    }

    @Override
    public Optional<String> open() {
        return open ? Optional.of("test") : Optional.empty();
    }

    @Override
    public Outcome<FiscalResult> issue(
            String name, IdempotencyKey key, FiscalDocument document, String traceId) {
        reported.add(
                document.reference()
                        + " "
                        + document.series()
                        + " "
                        + document.number()
                        + " "
                        + document.total());
        return new Outcome.Done<>(answer);
    }

    @Override
    public Outcome<Optional<FiscalResult>> status(String name, IdempotencyKey key, String traceId) {
        return new Outcome.Done<>(Optional.of(answer));
    }
}
