package coop.minga.platform.payments;

import coop.minga.plugin.api.Text;

import java.util.Locale;

/** What a payment is for. Whatever it is, what comes in is the customer's balance first. */
enum Purpose {
    /** The customer adds money. */
    TOPUP(Text.of("Top-up of the balance", "Recarga de saldo")),
    /** A debt is collected while the customer is away. */
    DEBT(Text.of("Payment of what is due", "Pago de lo adeudado")),
    /** The customer pays an order directly. */
    ORDER(Text.of("Payment of an order", "Pago de un pedido"));

    private final Text line;

    Purpose(Text line) {
        this.line = line;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Purpose of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }

    /** One line for the vendor's page and the payer's statement. */
    Text line() {
        return line;
    }
}
