package coop.minga.platform.ledger;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/** The Ed25519 key that signs checkpoints. Thread-safe. */
public final class CheckpointKey {

    private static final int SEED_BYTES = 32;
    private static final int ID_BYTES = 8;

    private final KeyPair pair;
    private final String id;

    /**
     * @param seed 32 secret random bytes, kept outside the database; the same seed gives the same
     *     key
     */
    public CheckpointKey(byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("A seed has 32 bytes, not " + seed.length);
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
            this.pair = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has Ed25519", e);
        }
        byte[] fingerprint = new Digests().bytes(pair.getPublic().getEncoded()).finish();
        this.id = HexFormat.of().formatHex(Arrays.copyOf(fingerprint, ID_BYTES));
    }

    /** 16 hex digits that name the key without telling it. */
    String id() {
        return id;
    }

    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Signing failed", e);
        }
    }

    boolean verify(byte[] message, byte[] signed) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(pair.getPublic());
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A signature of a wrong form is a wrong signature.
            return false;
        }
    }

    /** Java derives a key pair only from a source of randomness: this one gives the seed, once. */
    private static final class Seed extends SecureRandom {

        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        Seed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length != seed.length) {
                throw new IllegalStateException("Ed25519 takes 32 bytes, not " + bytes.length);
            }
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
