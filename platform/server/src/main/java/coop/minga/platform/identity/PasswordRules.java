package coop.minga.platform.identity;

import java.util.Locale;
import java.util.Set;

/** Which passwords are refused: only length counts, and that nobody would guess it first. */
final class PasswordRules {

    static final int MIN = 8;
    static final int MAX = 256;

    /** From here on a decorated common word is no longer among the first guesses. */
    private static final int LONG = 16;

    /** Words that passwords are made of, in the languages of our users, names of keys in a row. */
    private static final Set<String> WORDS =
            Set.of(
                    """
                    password passwort passw pass contrasena contraseña clave secreto secret login
                    admin administrator administrador root user usuario guest invitado test testing
                    prueba demo welcome bienvenido bienvenida hello hola letmein dejameentrar master
                    changeme cambiame default temporal temp iloveyou teamo tequiero amor love minga
                    cloud nube server servidor hosting sysadmin superadmin operator operador
                    football futbol soccer baseball barcelona realmadrid emelec ligadequito
                    ecuador quito guayaquil cuenca colombia mexico espana peru argentina chile
                    dragon monkey princess princesa sunshine shadow superman batman pokemon
                    starwars ninja killer hunter charlie michael jessica daniel andrea carlos maria
                    jesus jesucristo dios familia mama papa hijo hija corazon estrella
                    qwerty qwertz azerty qwertyuiop asdfghjkl zxcvbnm asdf zxcv qazwsx qweasd
                    qweasdzxc asdfgh zxcvbn abc abcd abcde abcdef abcdefg abcdefgh
                    spring summer autumn winter primavera verano otono invierno
                    january enero february febrero march marzo april abril mayo june junio july
                    julio august agosto september septiembre october octubre november noviembre
                    december diciembre monday lunes friday viernes sunday domingo
                    computer computadora internet google facebook whatsapp bitcoin money dinero
                    trustno freedom libertad whatever access acceso system sistema
                    """
                            .strip()
                            .split("\\s+"));

    private static final String[] ROWS = {
        "01234567890",
        "09876543210",
        "abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlkjihgfedcba",
        "qwertyuiopasdfghjklzxcvbnm",
        "qazwsxedcrfvtgbyhnujmikolp",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
        "q1w2e3r4t5y6u7i8o9p0",
        "1q2w3e4r5t6y7u8i9o0p"
    };

    private PasswordRules() {}

    /** Whether it is a common word with the usual decoration, a row of keys, or the address. */
    static boolean isCommon(String password, Email email) {
        String lower = password.toLowerCase(Locale.ROOT);
        String key = email.key();
        if (!key.isEmpty()
                && (lower.equals(key) || lower.equals(key.substring(0, key.indexOf('@'))))) {
            return true;
        }
        if (isRepeated(lower) || isRow(lower)) {
            return true;
        }
        if (password.length() >= LONG) {
            return false;
        }
        String bare = stripDecoration(lower);
        return WORDS.contains(bare)
                || WORDS.contains(stripDecoration(withoutLeet(lower)))
                || bare.length() >= 4 && isDoubled(bare);
    }

    /** One to three characters over and over: {@code aaaaaaaa}, {@code 12312312}. */
    private static boolean isRepeated(String text) {
        for (int period = 1; period <= 4; period++) {
            boolean same = true;
            for (int i = period; i < text.length() && same; i++) {
                same = text.charAt(i) == text.charAt(i - period);
            }
            if (same) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRow(String text) {
        for (String row : ROWS) {
            if (row.contains(text) || (row + row).contains(text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDoubled(String text) {
        int half = text.length() / 2;
        return text.length() % 2 == 0
                && text.substring(0, half).equals(text.substring(half))
                && WORDS.contains(text.substring(0, half));
    }

    private static String stripDecoration(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && !Character.isLetter(text.charAt(from))) {
            from++;
        }
        while (to > from && !Character.isLetter(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static String withoutLeet(String text) {
        String trimmed = text;
        while (!trimmed.isEmpty() && isTrailing(trimmed.charAt(trimmed.length() - 1))) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        StringBuilder plain = new StringBuilder();
        for (char c : trimmed.toCharArray()) {
            plain.append(
                    switch (c) {
                        case '0' -> 'o';
                        case '1', '!', '|' -> 'i';
                        case '3' -> 'e';
                        case '4', '@' -> 'a';
                        case '5', '$' -> 's';
                        case '7' -> 't';
                        default -> c;
                    });
        }
        return plain.toString();
    }

    private static boolean isTrailing(char c) {
        return c == '!' || c == '.' || c == '?' || c == '*' || c == '#' || Character.isDigit(c);
    }
}
