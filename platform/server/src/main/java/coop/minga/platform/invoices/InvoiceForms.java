package coop.minga.platform.invoices;

import coop.minga.platform.MingaException;
import coop.minga.platform.MingaException.Problem;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Checks what people type about documents and tells everything that is wrong with it at once. */
final class InvoiceForms {

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,64}@[^@\\s]{1,190}");

    private final List<Problem> problems = new ArrayList<>();

    void done() {
        if (!problems.isEmpty()) {
            throw MingaException.invalid(problems);
        }
    }

    void problem(String pointer, String code, String english, String spanish) {
        problems.add(new Problem(pointer, code, Text.of(english, spanish)));
    }

    /** Somebody as typed. */
    record PartyForm(
            @Nullable String name,
            @Nullable String taxIdKind,
            @Nullable String taxId,
            @Nullable String address,
            @Nullable String country,
            @Nullable String email) {}

    Party party(String at, PartyForm form) {
        String name = text(at + "/name", form.name(), 1, 200, false);
        TaxIdKind kind =
                one(at + "/tax_id_kind", form.taxIdKind(), TaxIdKind.values(), TaxIdKind::id);
        String taxId = taxId(at + "/tax_id", kind, form.taxId());
        String address = text(at + "/address", form.address(), 0, 500, true);
        String country = form.country() == null ? "" : form.country();
        if (!COUNTRIES.contains(country)) {
            problem(
                    at + "/country",
                    "unknown-country",
                    "This is not a country code such as EC.",
                    "Esto no es un código de país como EC.");
        }
        String email = text(at + "/email", form.email(), 0, 254, false);
        if (!email.isEmpty() && !EMAIL.matcher(email).matches()) {
            problem(
                    at + "/email",
                    "invalid-email",
                    "This is not an e-mail address such as name@example.com.",
                    "Esto no es una dirección de correo como nombre@example.com.");
        }
        return new Party(name, kind, taxId, address, country, email);
    }

    private String taxId(String pointer, TaxIdKind kind, @Nullable String value) {
        String id = text(pointer, value, 0, 40, false);
        boolean fits =
                switch (kind) {
                    case NONE -> id.isEmpty();
                    case RUC -> id.matches("[0-9]{13}");
                    case CEDULA -> id.matches("[0-9]{10}");
                    case PASSPORT, FOREIGN -> id.matches("[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}");
                };
        if (!fits) {
            problem(
                    pointer,
                    "does-not-fit",
                    "A RUC has 13 digits, a cédula 10; a final consumer has no number.",
                    "Un RUC tiene 13 dígitos, una cédula 10; un consumidor final no lleva número.");
        }
        return id;
    }

    String text(String pointer, @Nullable String value, int least, int most, boolean lines) {
        String text = value == null ? "" : value.strip();
        int length = text.codePointCount(0, text.length());
        boolean control =
                text.codePoints().anyMatch(c -> Character.isISOControl(c) && !(lines && c == '\n'));
        if (length < least || length > most || control) {
            problem(
                    pointer,
                    "invalid-text",
                    "Write " + least + " to " + most + " printable characters.",
                    "Escribe de " + least + " a " + most + " caracteres visibles.");
        }
        return text;
    }

    /** The value whose id this is. */
    <E> E one(String pointer, @Nullable String id, E[] values, Function<E, String> ids) {
        for (E value : values) {
            if (ids.apply(value).equals(id)) {
                return value;
            }
        }
        String known = String.join(", ", Arrays.stream(values).map(ids).toList());
        problem(
                pointer,
                "unknown-value",
                "Choose one of " + known + ".",
                "Elige uno de " + known + ".");
        return values[0];
    }
}
