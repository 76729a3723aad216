package coop.minga.platform.invoices;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;

/** Chains the documents of a series: each digest is over all of a document and the one before. */
final class InvoiceDigest {

    private InvoiceDigest() {}

    /**
     * @param previous of the number before in the series; empty for the first
     */
    static byte[] of(Invoice invoice, byte[] previous) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(out, "minga.invoice.1");
            out.writeInt(previous.length);
            out.write(previous);
            write(out, invoice.id().toString());
            write(out, invoice.kind().id());
            out.writeLong(invoice.series());
            out.writeLong(invoice.number());
            write(out, invoice.reference());
            write(out, invoice.team().toString());
            write(out, invoice.account().toString());
            InvoiceId corrects = invoice.corrects();
            write(out, corrects == null ? "" : corrects.toString());
            write(out, invoice.net().asset().code());
            out.writeLong(invoice.net().minor());
            out.writeLong(invoice.tax().minor());
            write(out, invoice.issuedAt().truncatedTo(ChronoUnit.MICROS).toString());
            write(out, invoice.snapshot());
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** With its length first, so that no two lists of texts look alike. */
    private static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
