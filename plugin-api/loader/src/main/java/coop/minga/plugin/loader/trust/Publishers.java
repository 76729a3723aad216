package coop.minga.plugin.loader.trust;

import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The publishers an operator knows, each with the public key its plugins are signed with. */
public final class Publishers {

    private final Map<PublicKey, String> names;

    private Publishers(Map<PublicKey, String> names) {
        this.names = Map.copyOf(names);
    }

    /** Nobody is known: no signature is worth more than none. */
    public static Publishers none() {
        return new Publishers(Map.of());
    }

    /**
     * @param keys an Ed25519 public key by publisher, base64 of its X.509 form
     * @throws IllegalArgumentException saying whose key cannot be read, or is there twice
     */
    public static Publishers of(Map<String, String> keys) {
        Map<PublicKey, String> names = new LinkedHashMap<>();
        keys.forEach((name, base64) -> {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
                throw new IllegalArgumentException(
                        "The publisher's name '"
                                + name
                                + "' must be letters, digits, dots, dashes and underscores.");
            }
            PublicKey key =
                    PublicKeys.read(base64)
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "The publisher "
                                                    + name
                                                    + " needs an Ed25519 public key in base64, as"
                                                    + " 'minga plugin keygen' prints it."));
            String other = names.put(key, name);
            if (other != null) {
                throw new IllegalArgumentException(
                        "The publishers " + other + " and " + name + " have the same key.");
            }
        });
        return new Publishers(names);
    }

    Optional<String> nameOf(PublicKey key) {
        return Optional.ofNullable(names.get(key));
    }
}
