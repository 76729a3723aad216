package coop.minga.platform.identity;

import coop.minga.platform.MingaException;
import coop.minga.platform.MingaException.Problem;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Checks a form value by value and tells everything that is wrong with it at once. */
final class Checks {

    static final Set<String> LOCALES = Set.of("es", "en");

    private static final int MAX_NAME = 100;
    private static final int MAX_CODE = 64;

    private final List<Problem> problems = new ArrayList<>();

    /** Throws when something was wrong. */
    void done() {
        if (!problems.isEmpty()) {
            throw MingaException.invalid(problems);
        }
    }

    void problem(String pointer, String code, String english, String spanish) {
        problems.add(new Problem(pointer, code, Text.of(english, spanish)));
    }

    /** The value, or an empty string after noting that it is missing. */
    String present(String pointer, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            problem(pointer, "required", "Please fill this in.", "Completa este campo.");
            return "";
        }
        return value;
    }

    /** The object, or null after noting that it is missing. */
    <T> @Nullable T presentObject(String pointer, @Nullable T value) {
        if (value == null) {
            problem(pointer, "required", "Please fill this in.", "Completa este campo.");
        }
        return value;
    }

    /** A line of text for people to read. */
    String name(String pointer, @Nullable String value) {
        String name = value == null ? "" : value.strip();
        if (name.isEmpty()) {
            problem(pointer, "required", "Please fill this in.", "Completa este campo.");
        } else if (name.codePointCount(0, name.length()) > MAX_NAME) {
            problem(
                    pointer,
                    "too-long",
                    "This may have at most " + MAX_NAME + " characters.",
                    "Puede tener como máximo " + MAX_NAME + " caracteres.");
        } else {
            printable(pointer, name);
        }
        return name;
    }

    Email email(String pointer, @Nullable String value) {
        if (value == null || value.isBlank()) {
            problem(pointer, "required", "Please fill this in.", "Completa este campo.");
            return new Email("", "");
        }
        Email email = Email.parse(value);
        if (email == null) {
            problem(
                    pointer,
                    "invalid-email",
                    "This is not an e-mail address such as name@example.com.",
                    "Esto no es una dirección de correo como nombre@example.com.");
            return new Email("", "");
        }
        return email;
    }

    /** A password somebody chooses. */
    String newPassword(String pointer, @Nullable String value, Email email) {
        String password = present(pointer, value);
        int length = password.codePointCount(0, password.length());
        if (password.isEmpty()) {
            return password;
        }
        if (length < PasswordRules.MIN || length > PasswordRules.MAX) {
            problem(
                    pointer,
                    length < PasswordRules.MIN ? "too-short" : "too-long",
                    "A password has "
                            + PasswordRules.MIN
                            + " to "
                            + PasswordRules.MAX
                            + " characters; 15 or more are better.",
                    "Una contraseña tiene de "
                            + PasswordRules.MIN
                            + " a "
                            + PasswordRules.MAX
                            + " caracteres; mejor 15 o más.");
        } else if (printable(pointer, password) && PasswordRules.isCommon(password, email)) {
            problem(
                    pointer,
                    "common-password",
                    "This password is among the first that are tried. Please choose another one; a"
                            + " few words in a row are easy to remember.",
                    "Esta contraseña es de las primeras que se prueban. Elige otra; unas cuantas"
                            + " palabras seguidas son fáciles de recordar.");
        }
        return password;
    }

    /** A password somebody claims to know: any text that could be one. */
    String password(String pointer, @Nullable String value) {
        String password = present(pointer, value);
        if (password.codePointCount(0, password.length()) > PasswordRules.MAX) {
            problem(
                    pointer,
                    "too-long",
                    "A password has at most " + PasswordRules.MAX + " characters.",
                    "Una contraseña tiene como máximo " + PasswordRules.MAX + " caracteres.");
        } else {
            printable(pointer, password);
        }
        return password;
    }

    /** A code from an authenticator or a recovery code. */
    String code(String pointer, @Nullable String value) {
        String code = present(pointer, value).strip();
        if (code.length() > MAX_CODE) {
            problem(pointer, "too-long", "This is not a code.", "Esto no es un código.");
            return "";
        }
        return code;
    }

    String locale(String pointer, @Nullable String value, String fallback) {
        if (value == null) {
            return fallback;
        }
        if (!LOCALES.contains(value)) {
            problem(
                    pointer,
                    "unknown-locale",
                    "The languages spoken here are es and en.",
                    "Los idiomas disponibles son es y en.");
            return fallback;
        }
        return value;
    }

    /** Notes characters that hide or reorder what people read, or break lines and headers. */
    boolean printable(String pointer, String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!isPrintable(c)) {
                problem(
                        pointer,
                        "control-character",
                        "This holds a character that cannot be printed.",
                        "Contiene un carácter que no se puede imprimir.");
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    private static boolean isPrintable(int c) {
        boolean reorders = c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED ->
                    false;
            default -> !reorders;
        };
    }
}
