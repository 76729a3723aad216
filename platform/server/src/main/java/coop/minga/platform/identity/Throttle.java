package coop.minga.platform.identity;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Counts tries of credentials over all paths and all hosts: sign-in, sign-up, set-up, changing a
 * password, second factors.
 *
 * <p>A try is taken before it is judged and given back when it was right, so that parallel guesses
 * cannot outrun the count. Nothing counts per account alone before the password was right: an
 * attacker elsewhere cannot lock the owner out.
 */
final class Throttle {

    private final Db db;
    private final ThrottleStore store = new ThrottleStore();
    private final IdentityConfig config;
    private final Clock clock;

    Throttle(Db db, IdentityConfig config, Clock clock) {
        this.db = db;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Takes a try on an account, known or not.
     *
     * @throws MingaException 429 when there is none left
     */
    void attempt(String emailKey, String address) {
        Instant now = clock.instant();
        db.useTransaction(handle -> {
            refuse(store.take(handle, perAddress(address), config.attemptsPerAddress(), now), now);
            refuse(store.take(handle, pair(emailKey, address), config.attempts(), now), now);
        });
    }

    /** The try was right in every respect. */
    void succeeded(String emailKey, String address) {
        db.useTransaction(handle -> {
            store.giveBack(handle, perAddress(address), config.attemptsPerAddress());
            store.forget(handle, pair(emailKey, address));
        });
    }

    /** Takes a try that is about no account, such as a set-up token. */
    void attemptFrom(String address) {
        Instant now = clock.instant();
        db.useTransaction(handle ->
                refuse(
                        store.take(handle, perAddress(address), config.attemptsPerAddress(), now),
                        now));
    }

    /** Takes a try of a second factor, after the password was right. */
    void code(String emailKey) {
        Instant now = clock.instant();
        db.useTransaction(handle ->
                refuse(store.take(handle, "code:" + hash(emailKey), config.codes(), now), now));
    }

    void codeSucceeded(String emailKey) {
        db.useTransaction(handle -> store.forget(handle, "code:" + hash(emailKey)));
    }

    /** Takes one of the new accounts an address may make. */
    void signUp(String address) {
        Instant now = clock.instant();
        db.useTransaction(handle ->
                refuse(
                        store.take(handle, "signup:" + network(address), config.signUps(), now),
                        now));
    }

    int purge() {
        return db.inTransaction(handle -> store.purge(handle, clock.instant()));
    }

    private static void refuse(Optional<Instant> next, Instant now) {
        if (next.isPresent()) {
            Duration wait = Duration.between(now, next.get());
            throw MingaException.of(
                            ErrorCode.of(ErrorCode.Type.LIMIT, "auth.too-many-attempts"),
                            "Too many attempts from here. Please wait a little and try again.",
                            "Demasiados intentos desde aquí. Espera un poco e inténtalo de nuevo.")
                    .retryAfter(
                            wait.compareTo(Duration.ofSeconds(1)) < 0
                                    ? Duration.ofSeconds(1)
                                    : wait);
        }
    }

    private static String perAddress(String address) {
        return "address:" + network(address);
    }

    private static String pair(String emailKey, String address) {
        return "pair:" + hash(emailKey) + ":" + network(address);
    }

    private static String hash(String emailKey) {
        return HexFormat.of().formatHex(Digests.sha256(emailKey), 0, 16);
    }

    /** One customer of an IPv6 provider has at least a /64: count that as one address. */
    static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        String plain = address.split("%", 2)[0];
        String[] halves = plain.split("::", 2);
        StringBuilder network = new StringBuilder();
        String[] groups = halves[0].isEmpty() ? new String[0] : halves[0].split(":");
        if (halves.length == 1 && groups.length < 4 || plain.indexOf('.') >= 0) {
            return plain;
        }
        for (int i = 0; i < 4; i++) {
            String group = i < groups.length ? groups[i] : "0";
            network.append(Integer.toHexString(hexadecimal(group))).append(':');
        }
        return network.append(":/64").toString();
    }

    private static int hexadecimal(String group) {
        try {
            return Integer.parseInt(group, 16);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
