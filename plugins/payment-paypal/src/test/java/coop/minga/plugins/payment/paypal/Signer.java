package coop.minga.plugins.payment.paypal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** PayPal's message service: a key, and a certificate for it by an authority made for the test. */
final class Signer {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final PrivateKey key;
    private final List<X509Certificate> chain;

    private Signer(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = chain;
    }

    /**
     * @param name the certificate's common name
     * @param days how long it is valid, from {@code start} on
     * @param start as {@code keytool} takes it, for example {@code -10d}
     */
    static Signer named(Path folder, String name, int days, String start) {
        try {
            Path store = folder.resolve("keys-" + System.nanoTime() + ".p12");
            keytool(
                    store,
                    "-genkeypair",
                    "-alias",
                    "root",
                    "-dname",
                    "CN=Test Authority",
                    "-ext",
                    "bc:c",
                    "-startdate",
                    "-1000d",
                    "-validity",
                    "3000");
            keytool(
                    store,
                    "-genkeypair",
                    "-alias",
                    "leaf",
                    "-dname",
                    "CN=" + name + ",O=Test",
                    "-signer",
                    "root",
                    "-startdate",
                    start,
                    "-validity",
                    Integer.toString(days));
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD);
            }
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate each : keys.getCertificateChain("leaf")) {
                chain.add((X509Certificate) each);
            }
            return new Signer((PrivateKey) keys.getKey("leaf", PASSWORD), chain);
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void keytool(Path store, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-sigalg",
                        "SHA256withRSA",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new AssertionError("keytool: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    X509Certificate root() {
        return chain.getLast();
    }

    /** The chain without its root, as it is served. */
    byte[] pem() {
        StringBuilder pem = new StringBuilder();
        for (X509Certificate each : chain.subList(0, chain.size() - 1)) {
            try {
                pem.append("-----BEGIN CERTIFICATE-----\n")
                        .append(
                                Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(each.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
        return pem.toString().getBytes(StandardCharsets.US_ASCII);
    }

    String sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(message);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    boolean signed(byte[] message, String text) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(chain.getFirst());
            signature.update(message);
            return signature.verify(Base64.getDecoder().decode(text));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
