package coop.minga.plugins.payment.paypal;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whose word counts for who PayPal is.
 *
 * @param roots certificate authorities
 */
record Trust(Set<TrustAnchor> roots) {

    /** The authorities this Java trusts. */
    static Trust ofThisJdk() {
        try {
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            Set<TrustAnchor> roots = new HashSet<>();
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    Arrays.stream(x509.getAcceptedIssuers())
                            .map(issuer -> new TrustAnchor(issuer, null))
                            .forEach(roots::add);
                }
            }
            return new Trust(Set.copyOf(roots));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no certificate authorities", e);
        }
    }

    static Trust of(X509Certificate root) {
        return new Trust(Set.of(new TrustAnchor(root, null)));
    }
}
