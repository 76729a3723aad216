package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

class DockerConfigTest {
    @TempDir Path directory;

    @Test
    void nothingNeedsToBeSaidForTheEngineOfThisMachine() {
        DockerConfig config = Settings.of(Map.of());
        assertThat(config.endpoint()).hasToString("unix:///var/run/docker.sock");
        assertThat(config.publishAddress()).isEqualTo("127.0.0.1");
        assertThat(config.near()).isTrue();
        assertThat(config.capabilities()).isEmpty();
        assertThat(DockerConfig.SCHEMA.needsValues()).isFalse();
    }

    @Test
    void plainTcpBeyondThisMachineIsRefused() {
        assertRefused(Map.of("endpoint", "tcp://10.0.0.5:2375"), "plain TCP");
        assertRefused(Map.of("endpoint", "tcp://127.example.org:2375"), "plain TCP");
        assertThat(Settings.of(Map.of("endpoint", "tcp://127.0.0.1:2375")).near()).isTrue();
    }

    @Test
    void certificatesComeTogetherAndFarEnginesSayWhereTheyPublish() throws Exception {
        Map<String, Object> all =
                TestAuthority.make(directory).settings("tcp://engine.example:2376");
        assertRefused(all, "publish_address");
        all.put("publish_address", "10.1.2.3");
        DockerConfig config = Settings.of(all);
        assertThat(config.near()).isFalse();
        assertThat(config.tls()).isPresent();
        assertThat(config.publishAddress()).isEqualTo("10.1.2.3");

        Map<String, Object> without = new HashMap<>(all);
        without.remove("tls_key");
        assertRefused(without, "all of tls_ca");
        Map<String, Object> socket = new HashMap<>(all);
        socket.put("endpoint", "unix:///var/run/docker.sock");
        assertRefused(socket, "Unix socket");
        Map<String, Object> nonsense = new HashMap<>(all);
        nonsense.put("tls_ca", "not a certificate");
        assertRefused(nonsense, "tls_ca");
        Map<String, Object> noKey = new HashMap<>(all);
        noKey.put("tls_key", "s3cr3t");
        assertRefused(noKey, "openssl pkcs8");
    }

    @Test
    void oldRsaKeysAreTaken() throws Exception {
        byte[] pkcs8 =
                KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
        // PKCS#8 is a wrapping around PKCS#1: the inner key begins with the last SEQUENCE header.
        int at = 0;
        for (int i = 4; i < 40; i++) {
            if (pkcs8[i] == 0x30 && (pkcs8[i + 1] & 0xff) == 0x82) {
                at = i;
            }
        }
        byte[] pkcs1 = new byte[pkcs8.length - at];
        System.arraycopy(pkcs8, at, pkcs1, 0, pkcs1.length);
        Map<String, Object> settings = TestAuthority.make(directory).settings("tcp://localhost:1");
        String pem =
                "-----BEGIN RSA PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(pkcs1)
                        + "\n-----END RSA PRIVATE KEY-----\n";
        settings.put("tls_key", pem);
        assertThat(Settings.of(settings).tls()).isPresent();
    }

    private static void assertRefused(Map<String, Object> raw, String words) {
        assertThatThrownBy(() -> Settings.of(raw))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.MISCONFIGURED);
                            assertThat(e.getMessage()).contains(words).doesNotContain("s3cr3t");
                        });
    }
}
