package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalIssuer;
import coop.minga.plugin.api.fiscal.FiscalResult;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;

/** What a fiscal issuer keeps to. Supply a factory, its configuration, and a document it takes. */
public abstract class FiscalIssuerContract extends ProviderFactoryContract<FiscalIssuer> {

    /** Of a seller this issuer serves; other numbers give other documents. */
    protected FiscalDocument invoice(long number) {
        Money net = new Money(1_000, Asset.USD);
        Money tax = new Money(150, Asset.USD);
        BigDecimal percent = BigDecimal.valueOf(15);
        return new FiscalDocument(
                FiscalDocument.Kind.INVOICE,
                "001-001-",
                number,
                "001-001-%09d".formatted(number),
                LocalDate.of(2026, 11, 21),
                seller(),
                new FiscalDocument.Party("Consumidor final", "none", "", "", "EC", ""),
                List.of(
                        new FiscalDocument.Line(
                                "Sandbox S, 24 h", BigDecimal.ONE, percent, net, tax)),
                List.of(new FiscalDocument.Tax(percent, net, tax)),
                net,
                tax,
                net.plus(tax),
                null);
    }

    /** Who sells on the contract's documents. */
    protected FiscalDocument.Party seller() {
        return new FiscalDocument.Party("Minga Sur", "ruc", "1790011674001", "Quito", "EC", "");
    }

    private FiscalDocument creditNote(long number) {
        FiscalDocument invoice = invoice(number);
        return new FiscalDocument(
                FiscalDocument.Kind.CREDIT_NOTE,
                invoice.series(),
                number,
                invoice.reference(),
                invoice.issued(),
                invoice.seller(),
                invoice.buyer(),
                invoice.lines(),
                invoice.taxes(),
                invoice.net(),
                invoice.tax(),
                invoice.total(),
                new FiscalDocument.Corrected(invoice.reference(), invoice.issued(), "returned"));
    }

    @Test
    public void sameKeyGivesTheSameReference() {
        FiscalIssuer issuer = open();
        IdempotencyKey key = Calls.key();
        FiscalResult first = issuer.issue(Calls.with(key), invoice(1));
        assertThat(first).isNotInstanceOf(FiscalResult.Rejected.class);
        assertThat(issuer.issue(Calls.with(key), invoice(1)).reference())
                .isEqualTo(first.reference());
    }

    @Test
    public void sameKeyFromEightThreadsGivesTheSameReference() {
        FiscalIssuer issuer = open();
        IdempotencyKey key = Calls.key();
        List<String> references =
                fromEightThreads(() -> issuer.issue(Calls.with(key), invoice(1)).reference());
        assertThat(new HashSet<>(references)).hasSize(1);
    }

    @Test
    public void otherDocumentUnderAUsedKeyIsRefused() {
        FiscalIssuer issuer = open();
        IdempotencyKey key = Calls.key();
        issuer.issue(Calls.with(key), invoice(1));
        assertThatThrownBy(() -> issuer.issue(Calls.with(key), invoice(2)))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e ->
                                assertThat(e.code())
                                        .isEqualTo(ProviderException.Code.IDEMPOTENCY_MISMATCH));
    }

    @Test
    public void everyDocumentHasAReferenceOfItsOwn() {
        FiscalIssuer issuer = open();
        List<String> references =
                List.of(
                        issuer.issue(Calls.fresh(), invoice(1)).reference(),
                        issuer.issue(Calls.fresh(), invoice(2)).reference(),
                        issuer.issue(Calls.fresh(), creditNote(1)).reference());
        assertThat(new HashSet<>(references)).hasSize(3);
    }

    @Test
    public void aReportedDocumentCanBeAskedFor() {
        FiscalIssuer issuer = open();
        IdempotencyKey key = Calls.key();
        assertThat(issuer.status(Calls.fresh(), key)).isEmpty();
        FiscalResult issued = issuer.issue(Calls.with(key), invoice(1));
        assertThat(issuer.status(Calls.fresh(), key))
                .get()
                .extracting(FiscalResult::reference)
                .isEqualTo(issued.reference());
    }
}
