package coop.minga.platform.http;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.MingaConfig;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The certificate served where TLS ends here: two PEM files, the chain with the server's own
 * certificate first and its RSA or EC key. Programs that renew certificates replace the files, one
 * after the other; so both are looked at again and again, and taken only when they fit together.
 */
final class ServedCertificate implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServedCertificate.class);

    private final MingaConfig.Tls files;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("certificate-watch").daemon().factory());

    /** What the files were when they were last looked at; of the watching thread only. */
    private List<FileTime> seen;

    private Tls served;

    /**
     * @throws CannotStart when the files cannot be read or do not fit together
     */
    ServedCertificate(MingaConfig.Tls files) {
        this.files = files;
        try {
            this.seen = stamps();
            this.served = read();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new CannotStart(
                    "http.tls_cert "
                            + files.certificate()
                            + " and http.tls_key "
                            + files.key()
                            + " cannot be served: "
                            + reason(e)
                            + ". Give a PEM certificate chain and its RSA or EC key (PKCS#8), both"
                            + " readable by this user.",
                    e);
        }
    }

    Tls served() {
        return served;
    }

    /** Looks at the files at that interval and hands on a new certificate. */
    void watch(Duration interval, Consumer<Tls> changed) {
        watch.scheduleWithFixedDelay(
                () -> look(changed),
                interval.toMillis(),
                interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void look(Consumer<Tls> changed) {
        try {
            List<FileTime> now = stamps();
            if (now.equals(seen)) {
                return;
            }
            seen = now;
            served = read();
            changed.accept(served);
            LOG.info("The certificate in {} is served from now on", files.certificate());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.warn(
                    "The changed certificate in {} is not taken, the one before stays: {}",
                    files.certificate(),
                    reason(e));
        }
    }

    private List<FileTime> stamps() throws IOException {
        return List.of(
                Files.getLastModifiedTime(files.certificate()),
                Files.getLastModifiedTime(files.key()));
    }

    private Tls read() throws IOException, GeneralSecurityException {
        Keys chain =
                Keys.builder().pem(pem -> pem.certificates(resource(files.certificate()))).build();
        Keys key = Keys.builder().pem(pem -> pem.key(resource(files.key()))).build();
        PrivateKey own = key.privateKey().orElseThrow(() -> new IOException("no key in it"));
        List<X509Certificate> certificates = chain.certs();
        if (certificates.isEmpty()) {
            throw new IOException("no certificate in it");
        }
        requirePair(own, certificates.getFirst().getPublicKey());
        certificates.getFirst().checkValidity();
        return Tls.builder().privateKey(own).privateKeyCertChain(certificates).build();
    }

    private static Resource resource(Path file) {
        return Resource.create(file);
    }

    private static void requirePair(PrivateKey key, PublicKey certified)
            throws GeneralSecurityException, IOException {
        String algorithm = "RSA".equals(key.getAlgorithm()) ? "SHA256withRSA" : "SHA256withECDSA";
        byte[] words = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(words);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(words);
        if (!signature.verify(signed)) {
            throw new IOException("the key is not the certificate's");
        }
    }

    private static String reason(Exception e) {
        String words = e.getMessage();
        return words == null ? e.getClass().getSimpleName() : words;
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
