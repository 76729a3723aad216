package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * The certificates PayPal signs webhooks with. Their address comes with the webhook, so from
 * anybody: only addresses of PayPal's certificates are ever asked, and what comes from there has to
 * be issued to PayPal's message service by an authority we trust. Thread-safe.
 */
final class Certificates {

    static final String PATH = "/v1/notifications/certs/";

    private static final String NAME = "messageverificationcerts.";
    private static final int LONGEST = 64 * 1024;
    private static final int KEPT = 16;
    private static final int MOST_IN_CHAIN = 8;

    private record Known(PublicKey key, Instant from, Instant until) {}

    private final ProviderContext context;
    private final Site site;
    private final Trust trust;
    private final Map<URI, Known> known = new ConcurrentHashMap<>();

    Certificates(ProviderContext context, Site site, Trust trust) {
        this.context = context;
        this.site = site;
        this.trust = trust;
    }

    /** The address when it is one of PayPal's certificates in our world, empty for any other. */
    static Optional<URI> address(Site site, String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        boolean fits =
                "https".equals(uri.getScheme())
                        && uri.getHost() != null
                        && site.certificateHosts().contains(uri.getHost())
                        && uri.getPort() == -1
                        && uri.getRawUserInfo() == null
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null
                        && uri.getRawPath().startsWith(PATH)
                        && uri.getRawPath()
                                .substring(PATH.length())
                                .matches("[A-Za-z0-9._-]{1,100}");
        return fits ? Optional.of(uri) : Optional.empty();
    }

    /**
     * @param address one that {@link #address} let through
     * @return the key, or empty when the certificate there is not PayPal's
     * @throws ProviderException {@code UNAVAILABLE} when it cannot be fetched now
     */
    Optional<PublicKey> key(Call call, URI address) {
        Instant now = context.clock().instant();
        Known before = known.get(address);
        if (before != null && !now.isBefore(before.from()) && now.isBefore(before.until())) {
            return Optional.of(before.key());
        }
        // In production this is the address itself; tests have PayPal somewhere else.
        URI from =
                site.certificateHosts().contains(site.api().getHost())
                        ? address
                        : site.api().resolve(address.getRawPath());
        Http.Response answer = context.http().send(call, Http.Request.get(from, Map.of()));
        if (answer.status() == 404) {
            return Optional.empty();
        }
        if (answer.status() != 200) {
            throw new ProviderException(
                    Code.UNAVAILABLE, "PayPal does not give its certificate now");
        }
        Optional<X509Certificate> leaf = check(answer.body(), now);
        leaf.ifPresent(certificate -> {
            if (known.size() >= KEPT) {
                known.clear();
            }
            known.put(
                    address,
                    new Known(
                            certificate.getPublicKey(),
                            certificate.getNotBefore().toInstant(),
                            certificate.getNotAfter().toInstant()));
        });
        return leaf.map(Certificate::getPublicKey);
    }

    private Optional<X509Certificate> check(byte[] pem, Instant now) {
        if (pem.length > LONGEST) {
            return Optional.empty();
        }
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate each : factory.generateCertificates(new ByteArrayInputStream(pem))) {
                chain.add((X509Certificate) each);
            }
            if (chain.isEmpty() || chain.size() > MOST_IN_CHAIN || !isPaypals(chain.getFirst())) {
                return Optional.empty();
            }
            PKIXParameters parameters = new PKIXParameters(trust.roots());
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            List<X509Certificate> path = chain.stream().filter(each -> !isRoot(each)).toList();
            CertPathValidator.getInstance("PKIX")
                    .validate(factory.generateCertPath(path), parameters);
            return Optional.of(chain.getFirst());
        } catch (GeneralSecurityException | ClassCastException e) {
            context.logger().warn("A webhook's certificate is not PayPal's", e);
            return Optional.empty();
        }
    }

    private boolean isRoot(X509Certificate certificate) {
        return trust.roots().stream()
                .map(TrustAnchor::getTrustedCert)
                .anyMatch(certificate::equals);
    }

    private static boolean isPaypals(X509Certificate certificate) {
        try {
            for (Rdn part :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    String name = String.valueOf(part.getValue());
                    return name.startsWith(NAME) && name.endsWith(".paypal.com");
                }
            }
            return false;
        } catch (InvalidNameException e) {
            return false;
        }
    }
}
