package coop.minga.platform.http;

import java.util.EnumSet;
import java.util.Set;

/** Who may use a route. There is no default: a route without access does not compile. */
public sealed interface Access {

    /** Anybody, signed in or not. */
    record Everyone() implements Access {}

    /**
     * Anybody signed in; a token needs the scope.
     *
     * @param scope for example {@code orders}; tokens may hold {@code read} alone, which every GET
     *     accepts, or {@code write}, which stands for all but {@code account} and {@code admin}
     */
    record SignedIn(String scope) implements Access {}

    /** One of the roles; a token needs the scope {@code admin}. */
    record AnyOf(Set<Role> roles) implements Access {}

    static Access everyone() {
        return new Everyone();
    }

    static Access signedIn(String scope) {
        return new SignedIn(scope);
    }

    /** Operators who may change things. */
    static Access admins() {
        return new AnyOf(EnumSet.of(Role.ADMIN, Role.SUPER_ADMIN));
    }

    /** Operators who may look. */
    static Access staff() {
        return new AnyOf(EnumSet.of(Role.VIEWER, Role.SUPPORT, Role.ADMIN, Role.SUPER_ADMIN));
    }

    static Access superAdmins() {
        return new AnyOf(EnumSet.of(Role.SUPER_ADMIN));
    }
}
