package coop.minga.platform.http;

import java.util.Optional;

/**
 * Turns credentials into a principal. Implemented by identity; called for every request, so it
 * answers from a cache.
 */
public interface Authenticator {

    /**
     * The principal of a session cookie's value, or empty when it is unknown, expired or its
     * account disabled.
     */
    Optional<Principal> session(String cookieValue);

    /** The principal of a bearer token, or empty likewise. */
    Optional<Principal> token(String token);

    /**
     * Whether a principal admitted earlier still is; asked by long-lived streams every few seconds.
     */
    boolean stillValid(Principal principal);
}
