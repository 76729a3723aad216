package coop.minga.platform.invoices;

import coop.minga.platform.db.Db;
import coop.minga.plugin.api.Text;

import org.jdbi.v3.core.result.ResultIterator;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Proves that no document is missing or was changed: every number of a series is there, and every
 * digest is that of its document and the one before. Reads all of them against one snapshot, in
 * memory that does not grow with their number. Thread-safe.
 */
public final class InvoiceProof {

    private static final int MOST = 100;

    private final Db db;
    private final InvoiceStore store = new InvoiceStore();

    public InvoiceProof(Db db) {
        this.db = db;
    }

    /**
     * Something that does not fit.
     *
     * @param row which document or series
     * @param detail what is wrong with it
     */
    public record Finding(String row, Text detail) {}

    /**
     * What was found.
     *
     * @param documents how many were read
     * @param findings none when all is well; at most 100
     */
    public record Report(long documents, List<Finding> findings) {}

    public Report prove() {
        return db.inSnapshot(handle -> {
            List<Finding> findings = new ArrayList<>();
            for (InvoiceStore.Gap gap : store.gaps(handle)) {
                findings.add(
                        new Finding(
                                "series " + gap.series(),
                                Text.of(
                                        "It gave out %d numbers, there are %d documents."
                                                .formatted(gap.given(), gap.documents()),
                                        "Dio %d números, hay %d documentos."
                                                .formatted(gap.given(), gap.documents()))));
            }
            long documents = 0;
            long series = 0;
            long number = 0;
            byte[] previous = new byte[0];
            try (ResultIterator<InvoiceStore.Sealed> chain = store.chain(handle)) {
                while (chain.hasNext() && findings.size() < MOST) {
                    InvoiceStore.Sealed sealed = chain.next();
                    Invoice invoice = sealed.invoice();
                    if (invoice.series() != series) {
                        series = invoice.series();
                        number = 0;
                        previous = new byte[0];
                    }
                    number++;
                    documents++;
                    if (invoice.number() != number) {
                        findings.add(missing(invoice, number));
                        number = invoice.number();
                    } else if (!MessageDigest.isEqual(
                            InvoiceDigest.of(invoice, previous), sealed.digest())) {
                        findings.add(changed(invoice));
                    }
                    previous = sealed.digest();
                }
            }
            return new Report(documents, findings);
        });
    }

    private static Finding missing(Invoice invoice, long number) {
        return new Finding(
                invoice.kind().id() + " " + invoice.reference(),
                Text.of(
                        "The document before it, number " + number + ", is gone.",
                        "Falta el documento anterior, el número " + number + "."));
    }

    private static Finding changed(Invoice invoice) {
        return new Finding(
                invoice.kind().id() + " " + invoice.reference(),
                Text.of("It is not as it was issued.", "No está como fue emitido."));
    }
}
