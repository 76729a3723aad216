package coop.minga.platform.invoices;

import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.plugin.api.Text;

import java.util.Locale;

/** What a document is. */
public enum DocumentKind {
    /** About money, with tax. */
    INVOICE(Text.of("Invoice", "Factura")),
    /** Takes back some of an invoice. */
    CREDIT_NOTE(Text.of("Credit note", "Nota de crédito")),
    /** About coins: what is paid with them was taxed, if at all, when they were bought. */
    RECEIPT(Text.of("Receipt", "Recibo")),
    /** Takes back some of a receipt. */
    REFUND_RECEIPT(Text.of("Refund receipt", "Recibo de devolución"));

    private final Text title;

    DocumentKind(Text title) {
        this.title = title;
    }

    public Text title() {
        return title;
    }

    boolean isFiscal() {
        return switch (this) {
            case INVOICE, CREDIT_NOTE -> true;
            case RECEIPT, REFUND_RECEIPT -> false;
        };
    }

    /** What takes back some of this. */
    DocumentKind correction() {
        return switch (this) {
            case INVOICE -> CREDIT_NOTE;
            case RECEIPT -> REFUND_RECEIPT;
            case CREDIT_NOTE, REFUND_RECEIPT ->
                    throw new IllegalArgumentException("Corrections are not corrected: " + this);
        };
    }

    static DocumentKind of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
