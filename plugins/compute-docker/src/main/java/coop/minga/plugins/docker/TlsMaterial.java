package coop.minga.plugins.docker;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes a TLS context for mutual TLS out of the three PEM files Docker's guide tells to make. */
final class TlsMaterial {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN (RSA |EC )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END"
                            + " (?:RSA |EC )?PRIVATE KEY-----");

    /** {@code INTEGER 0, SEQUENCE { OID rsaEncryption, NULL }}: what PKCS#8 puts before the key. */
    private static final byte[] RSA_PREFIX = {
        0x02,
        0x01,
        0x00,
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    private TlsMaterial() {}

    /** Trusts that authority only and signs in with that certificate. */
    static SSLContext context(String ca, String certificate, String key) {
        char[] none = new char[0];
        try {
            KeyStore trusted = empty();
            int n = 0;
            for (Certificate authority : certificates("tls_ca", ca)) {
                trusted.setCertificateEntry("ca" + n++, authority);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);

            KeyStore own = empty();
            own.setKeyEntry(
                    "client",
                    privateKey(key),
                    none,
                    certificates("tls_cert", certificate).toArray(Certificate[]::new));
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, none);

            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            // The cause may quote the material; its kind says enough.
            throw new ProviderException(
                    Code.MISCONFIGURED,
                    Text.of(
                            "The TLS certificates do not fit together: "
                                    + e.getClass().getSimpleName(),
                            "Los certificados TLS no encajan entre sí: "
                                    + e.getClass().getSimpleName()));
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(String field, String pem) {
        try {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(
                                            pem.getBytes(StandardCharsets.US_ASCII)));
            if (found.isEmpty()) {
                throw new GeneralSecurityException("none");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new ProviderException(
                    Code.MISCONFIGURED,
                    Text.of(
                            field + " holds no certificate in PEM form",
                            field + " no contiene un certificado en formato PEM"));
        }
    }

    private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        Matcher matcher = KEY.matcher(pem);
        if (!matcher.find() || "EC ".equals(matcher.group(1))) {
            throw new ProviderException(
                    Code.MISCONFIGURED,
                    Text.of(
                            "tls_key holds no unencrypted PKCS#8 or RSA key; convert it with:"
                                    + " openssl pkcs8 -topk8 -nocrypt -in key.pem",
                            "tls_key no contiene una clave PKCS#8 o RSA sin cifrar; conviértela"
                                    + " con: openssl pkcs8 -topk8 -nocrypt -in key.pem"));
        }
        byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
        if ("RSA ".equals(matcher.group(1))) {
            der = sequence(concat(RSA_PREFIX, element(0x04, der)));
        }
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                continue;
            }
        }
        throw new ProviderException(
                Code.MISCONFIGURED,
                Text.of(
                        "tls_key is of a kind that is not RSA, EC or Ed25519",
                        "tls_key es de un tipo que no es RSA, EC ni Ed25519"));
    }

    private static byte[] sequence(byte[] content) {
        return element(0x30, content);
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 128) {
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = new byte[a.length + b.length];
        System.arraycopy(a, 0, both, 0, a.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
