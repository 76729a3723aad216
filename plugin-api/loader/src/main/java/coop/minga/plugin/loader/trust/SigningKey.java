package coop.minga.plugin.loader.trust;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A publisher's Ed25519 private key: a PEM file in PKCS#8 form, as {@code openssl genpkey
 * -algorithm ed25519} writes it too.
 */
public final class SigningKey {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private final KeyPair pair;

    private SigningKey(KeyPair pair) {
        this.pair = pair;
    }

    public static SigningKey generate() {
        return new SigningKey(pair(new SecureRandom()));
    }

    /**
     * @throws IOException when the file cannot be read or holds no such key
     */
    public static SigningKey read(Path pem) throws IOException {
        String text = Files.readString(pem, StandardCharsets.US_ASCII);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException("it has no " + BEGIN);
        }
        try {
            byte[] encoded =
                    Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
            EdECPrivateKey key =
                    (EdECPrivateKey)
                            KeyFactory.getInstance("Ed25519")
                                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
            byte[] seed = key.getBytes().orElseThrow(() -> new IOException("it hides its key"));
            return new SigningKey(pair(new Seed(seed)));
        } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException e) {
            throw new IOException("it holds no Ed25519 private key", e);
        }
    }

    /**
     * Writes the key for its owner's eyes only.
     *
     * @throws IOException when there is such a file already, or it cannot be written
     */
    public void write(Path pem) throws IOException {
        String body =
                Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(pair.getPrivate().getEncoded());
        Files.createFile(
                pem,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(pem, BEGIN + "\n" + body + "\n" + END + "\n", StandardOpenOption.WRITE);
    }

    /** The public key for {@code plugins.publishers}: base64 of the X.509 form. */
    public String publicKey() {
        return PublicKeys.text(pair.getPublic());
    }

    /** 16 hex digits that name the key on screen. */
    public String fingerprint() {
        return PublicKeys.fingerprint(pair.getPublic());
    }

    /**
     * Puts the signature into a jar, in place of an earlier one. The same jar and key give the same
     * bytes.
     *
     * @throws IOException when it is no jar, or cannot be written; it is then as it was
     */
    public void sign(Path jar) throws IOException {
        Path draft = jar.resolveSibling(jar.getFileName() + ".signing");
        try {
            try (ZipFile zip = new ZipFile(jar.toFile());
                    OutputStream file = Files.newOutputStream(draft);
                    ZipOutputStream out = new ZipOutputStream(file)) {
                byte[] signature = signature(JarContent.listing(JarContent.digests(zip)));
                for (ZipEntry entry : Collections.list(zip.entries())) {
                    if (!entry.getName().equals(JarSignature.ENTRY)) {
                        copy(zip, entry, out);
                    }
                }
                ZipEntry entry = new ZipEntry(JarSignature.ENTRY);
                entry.setTime(0);
                out.putNextEntry(entry);
                out.write(signature);
            }
            Files.move(draft, jar, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void copy(ZipFile zip, ZipEntry entry, ZipOutputStream out) throws IOException {
        ZipEntry same = new ZipEntry(entry);
        if (same.getMethod() != ZipEntry.STORED) {
            // What it packs to depends on the zip library, which need not be the one used before.
            same.setCompressedSize(-1);
        }
        out.putNextEntry(same);
        try (InputStream in = zip.getInputStream(entry)) {
            in.transferTo(out);
        }
    }

    private byte[] signature(String listing) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(JarContent.signedBytes(listing));
            return (JarSignature.HEADER
                            + "\nKey: "
                            + publicKey()
                            + "\nSignature: "
                            + Base64.getEncoder().encodeToString(signature.sign())
                            + "\n\n"
                            + listing)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Signing failed", e);
        }
    }

    private static KeyPair pair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has Ed25519", e);
        }
    }

    /** Java derives a public key only while it makes a pair: this gives the seed it had. */
    private static final class Seed extends SecureRandom {

        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        Seed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
