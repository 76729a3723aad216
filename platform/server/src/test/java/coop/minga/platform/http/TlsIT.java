package coop.minga.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Eventually;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.MingaConfig;
import coop.minga.platform.db.TestDatabase;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** TLS that ends at the host itself. */
@Timeout(90)
class TlsIT {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private static TestDatabase database;

    @TempDir private Path directory;

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void aCertificateIsServedAndItsSuccessorWithoutARestart() throws Exception {
        MingaConfig.Tls files = certificate("first", "RSA");
        try (TestHttp http = TestHttp.servingTls(database.db(), files)) {
            assertThat(ask(http.port())).isEqualTo("CN=first 200");

            Files.writeString(files.key(), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
            certificate("second", "EC");
            Eventually.until(
                    "the second one is served", () -> ask(http.port()).equals("CN=second 200"));

            Files.writeString(files.certificate(), "nothing of use");
            assertThat(ask(http.port())).isEqualTo("CN=second 200");
        }
    }

    @Test
    void filesThatDoNotFitTogetherStopTheStart() throws Exception {
        MingaConfig.Tls files = certificate("one", "RSA");
        String key = Files.readString(files.key());
        certificate("other", "RSA");
        Files.writeString(files.key(), key);
        assertThatThrownBy(() -> TestHttp.servingTls(database.db(), files))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("the key is not the certificate's");

        Files.delete(files.certificate());
        assertThatThrownBy(() -> TestHttp.servingTls(database.db(), files))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("http.tls_cert")
                .hasMessageContaining("Give a PEM certificate chain");
    }

    /** Whose certificate was shown and which status a page had. */
    private static String ask(int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName() + " " + answer.split(" ")[1];
        }
    }

    private MingaConfig.Tls certificate(String name, String algorithm) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "own",
                                "-dname",
                                "CN=" + name,
                                "-keyalg",
                                algorithm,
                                "-validity",
                                "2",
                                "-keystore",
                                store.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("own").getEncoded()));
        Files.writeString(key, pem("PRIVATE KEY", keys.getKey("own", PASSWORD).getEncoded()));
        return new MingaConfig.Tls(certificate, key);
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN "
                + what
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END "
                + what
                + "-----\n";
    }

    /** Whoever answers on loopback; the test looks at the certificate itself. */
    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
