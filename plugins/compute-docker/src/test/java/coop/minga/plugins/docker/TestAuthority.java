package coop.minga.plugins.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority with a server and a client, made by the JDK's keytool. */
final class TestAuthority {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final KeyStore store;

    private TestAuthority(KeyStore store) {
        this.store = store;
    }

    static TestAuthority make(Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        Files.createDirectories(directory);
        Path file = directory.resolve("store.p12");
        keytool(
                file,
                "-genkeypair",
                "-alias",
                "ca",
                "-dname",
                "CN=ca",
                "-keyalg",
                "EC",
                "-ext",
                "bc:c");
        for (String name : List.of("server", "client")) {
            keytool(
                    file,
                    "-genkeypair",
                    "-alias",
                    name,
                    "-dname",
                    "CN=" + name,
                    "-keyalg",
                    name.equals("client") ? "RSA" : "EC",
                    "-signer",
                    "ca",
                    "-ext",
                    "san=dns:localhost");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return new TestAuthority(store);
    }

    /** Asks clients for a certificate of this authority. */
    SSLContext server() throws GeneralSecurityException, IOException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "server",
                store.getKey("server", PASSWORD),
                PASSWORD,
                store.getCertificateChain("server"));
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", store.getCertificate("ca"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    Map<String, Object> settings(String endpoint) throws GeneralSecurityException {
        Key key = store.getKey("client", PASSWORD);
        Map<String, Object> settings = new HashMap<>();
        settings.put("endpoint", endpoint);
        settings.put("tls_ca", certificate(store.getCertificate("ca")));
        settings.put("tls_cert", certificate(store.getCertificate("client")));
        settings.put("tls_key", pem("PRIVATE KEY", key.getEncoded()));
        return settings;
    }

    private static String certificate(Certificate certificate) throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    static String pem(String what, byte[] der) {
        return "-----BEGIN "
                + what
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + what
                + "-----\n";
    }

    private static void keytool(Path file, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD),
                        "-storetype",
                        "PKCS12",
                        "-validity",
                        "2"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError(output);
        }
    }
}
