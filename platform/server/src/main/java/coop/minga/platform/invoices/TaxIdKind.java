package coop.minga.platform.invoices;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.plugin.api.Text;

import java.util.Locale;

/** Which kind of number identifies somebody to a tax office. */
public enum TaxIdKind {
    /** None: a final consumer. */
    NONE(Text.of("Final consumer", "Consumidor final")),
    RUC(Text.of("RUC")),
    CEDULA(Text.of("Identity card (cédula)", "Cédula")),
    PASSPORT(Text.of("Passport", "Pasaporte")),
    FOREIGN(Text.of("Tax number abroad", "Identificación del exterior"));

    private final Text title;

    TaxIdKind(Text title) {
        this.title = title;
    }

    public Text title() {
        return title;
    }

    @JsonCreator
    static TaxIdKind of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
