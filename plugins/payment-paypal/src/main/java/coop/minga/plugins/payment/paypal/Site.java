package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.payment.Mode;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One of PayPal's two worlds. Accounts, credentials and money of one do not exist in the other.
 *
 * @param mode which one
 * @param api where requests go, without a path
 * @param certificateHosts who may serve the certificates of webhooks
 * @param pages the hosts of the pages on which payers agree
 */
record Site(Mode mode, URI api, Set<String> certificateHosts, Set<String> pages) {

    static final Site LIVE =
            new Site(
                    Mode.LIVE,
                    URI.create("https://api-m.paypal.com"),
                    Set.of("api.paypal.com", "api-m.paypal.com"),
                    Set.of("www.paypal.com"));

    static final Site SANDBOX =
            new Site(
                    Mode.TEST,
                    URI.create("https://api-m.sandbox.paypal.com"),
                    Set.of("api.sandbox.paypal.com", "api-m.sandbox.paypal.com"),
                    Set.of("www.sandbox.paypal.com"));

    static Site of(Mode mode) {
        return switch (mode) {
            case LIVE -> LIVE;
            case TEST -> SANDBOX;
        };
    }

    /** The same world behind another address; for tests. */
    Site reachedAt(URI other) {
        return new Site(mode, other, certificateHosts, pages);
    }

    /** Which world a link in an answer belongs to; empty for hosts that are not PayPal's. */
    static Optional<Mode> modeOf(String link) {
        String host;
        try {
            host = URI.create(link).getHost();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (host == null) {
            return Optional.empty();
        }
        String name = host.toLowerCase(Locale.ROOT);
        if (name.endsWith(".sandbox.paypal.com")) {
            return Optional.of(Mode.TEST);
        }
        return name.endsWith(".paypal.com") ? Optional.of(Mode.LIVE) : Optional.empty();
    }
}
