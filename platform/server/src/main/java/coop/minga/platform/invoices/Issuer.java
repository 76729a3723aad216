package coop.minga.platform.invoices;

import coop.minga.platform.Ids;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Json;
import coop.minga.platform.jobs.Jobs;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;

/** Gives drafts their numbers and seals them. Thread-safe. */
final class Issuer {

    private final Events events;
    private final Jobs jobs;
    private final FiscalOffice office;
    private final Ids ids;
    private final Clock clock;
    private final InvoiceStore store = new InvoiceStore();

    Issuer(Events events, Jobs jobs, FiscalOffice office, Ids ids, Clock clock) {
        this.events = events;
        this.jobs = jobs;
        this.office = office;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Issues a draft in the caller's transaction. The number is taken last of all that can fail, so
     * that the series is locked for as short as can be; should the transaction fail after all, the
     * number goes to the next.
     */
    Invoice issue(Handle handle, Draft draft) {
        Document document = draft.document();
        Document.Corrected corrected = document.corrects();
        InvoiceStore.Taken taken = store.takeNumber(handle, document.kind());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Money net = document.money(document.netMinor());
        Invoice invoice =
                new Invoice(
                        new InvoiceId(ids.next()),
                        document.kind(),
                        taken.series(),
                        taken.number(),
                        taken.reference(),
                        draft.team(),
                        draft.account(),
                        corrected == null ? null : corrected.id(),
                        net,
                        document.money(document.taxMinor()),
                        now,
                        Json.write(document.numbered(taken.reference(), now)));
        store.insert(handle, invoice, InvoiceDigest.of(invoice, taken.previous()), draft.sources());
        if (document.kind().isFiscal() && office.isSetUp()) {
            jobs.enqueue(
                    handle,
                    FiscalJob.TYPE,
                    invoice.id().toString(),
                    new FiscalJob.Due(invoice.id()));
        }
        publish(handle, "invoice.issued", invoice);
        return invoice;
    }

    void publish(Handle handle, String type, Invoice invoice) {
        events.publish(
                handle,
                new Fact(
                        type,
                        invoice.id().toString(),
                        Set.of(Topic.of(invoice.team()), Topic.ADMIN),
                        Map.of(
                                "account_id", invoice.account().toString(),
                                "kind", invoice.kind().id(),
                                "title", invoice.kind().title().byLanguage(),
                                "reference", invoice.reference(),
                                "total", invoice.total().toString())));
    }
}
