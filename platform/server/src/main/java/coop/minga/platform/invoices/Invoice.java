package coop.minga.platform.invoices;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Json;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * An issued document.
 *
 * @param number its place in its series
 * @param reference the number people see
 * @param snapshot the {@link Document}, byte for byte as issued
 */
record Invoice(
        InvoiceId id,
        DocumentKind kind,
        long series,
        long number,
        String reference,
        TeamId team,
        AccountId account,
        @Nullable InvoiceId corrects,
        Money net,
        Money tax,
        Instant issuedAt,
        String snapshot) {

    Money total() {
        return net.plus(tax);
    }

    Document document() {
        return Json.read(snapshot, Document.class);
    }
}
