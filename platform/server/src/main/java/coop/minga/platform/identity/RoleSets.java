package coop.minga.platform.identity;

import coop.minga.platform.http.Role;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What accounts hold of roles. */
final class RoleSets {

    /** Those who see or change what belongs to others. */
    static final Set<Role> OPERATORS =
            Set.copyOf(EnumSet.of(Role.SUPPORT, Role.VIEWER, Role.ADMIN, Role.SUPER_ADMIN));

    private RoleSets() {}

    static Set<Role> parse(Collection<String> ids) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String id : ids) {
            roles.add(Role.valueOf(id.toUpperCase(Locale.ROOT)));
        }
        return roles;
    }

    /** In the order of their power. */
    static List<String> ids(Set<Role> roles) {
        return roles.stream().sorted().map(Role::id).toList();
    }

    static boolean isOperator(Set<Role> roles) {
        return roles.stream().anyMatch(OPERATORS::contains);
    }

    static Set<Role> withoutOperators(Set<Role> roles) {
        Set<Role> rest = EnumSet.noneOf(Role.class);
        rest.addAll(roles);
        rest.removeAll(OPERATORS);
        return rest;
    }
}
