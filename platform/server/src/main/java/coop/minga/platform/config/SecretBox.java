package coop.minga.platform.config;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts secrets before they are stored, with AES-256-GCM under the installation's master key.
 * Thread-safe.
 *
 * <p>Every purpose has a key of its own, derived from the master key, so that what was sealed for
 * one place cannot be opened in another.
 */
public final class SecretBox {

    /** Bytes of a master key. */
    public static final int KEY_BYTES = 32;

    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] masterKey;
    private final SecureRandom random;

    /**
     * @param masterKey {@value #KEY_BYTES} bytes, copied
     */
    public SecretBox(byte[] masterKey, SecureRandom random) {
        if (masterKey.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "A master key has " + KEY_BYTES + " bytes, not " + masterKey.length);
        }
        this.masterKey = masterKey.clone();
        this.random = random;
    }

    /**
     * @param purpose what the secret is for and whose it is, for example {@code totp/acc_…}; must
     *     be the same when opening
     * @return version, nonce, ciphertext and tag
     */
    public byte[] seal(String purpose, byte[] secret) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, purpose, nonce).doFinal(secret);
            return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every Java runtime", e);
        }
    }

    /**
     * @throws IllegalStateException when the bytes were sealed with another key or for another
     *     purpose, or were changed
     */
    public byte[] open(String purpose, byte[] sealed) {
        if (sealed.length < 1 + NONCE_BYTES + TAG_BITS / 8 || sealed[0] != VERSION) {
            throw new IllegalStateException("The stored secret has an unknown form");
        }
        byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, purpose, nonce)
                    .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "A stored secret cannot be opened: the master key is not the one it was sealed"
                            + " with, or the database was tampered with",
                    e);
        }
    }

    private Cipher cipher(int mode, String purpose, byte[] nonce) throws GeneralSecurityException {
        Mac derive = Mac.getInstance("HmacSHA256");
        derive.init(new SecretKeySpec(masterKey, "HmacSHA256"));
        byte[] key = derive.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
