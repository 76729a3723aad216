package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Role;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Set;

/** An account as it is stored, with its personal team. */
record AccountRow(
        AccountId id,
        TeamId teamId,
        String email,
        String emailKey,
        String name,
        String locale,
        Set<String> roles,
        String state,
        String passwordHash,
        byte @Nullable [] totpSecret,
        @Nullable Instant totpConfirmedAt,
        long totpLastStep,
        Instant createdAt,
        @Nullable Instant lastLoginAt,
        @Nullable String lastLoginAddress) {

    boolean isActive() {
        return state.equals("active");
    }

    boolean hasTotp() {
        return totpConfirmedAt != null;
    }

    Set<Role> roleSet() {
        return RoleSets.parse(roles);
    }

    boolean isOperator() {
        return RoleSets.isOperator(roleSet());
    }
}
