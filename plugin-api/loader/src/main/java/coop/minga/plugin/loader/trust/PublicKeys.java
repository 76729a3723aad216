package coop.minga.plugin.loader.trust;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Ed25519 public keys as text: base64 of the X.509 form, 60 characters. */
final class PublicKeys {

    private static final int FINGERPRINT_DIGITS = 16;

    private PublicKeys() {}

    static Optional<PublicKey> read(String base64) {
        try {
            byte[] encoded = Base64.getDecoder().decode(base64.strip());
            return Optional.of(
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    static String text(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** 16 hex digits that name a key on screen; never used to decide. */
    static String fingerprint(PublicKey key) {
        return HexFormat.of()
                .formatHex(JarContent.sha256().digest(key.getEncoded()))
                .substring(0, FINGERPRINT_DIGITS);
    }
}
