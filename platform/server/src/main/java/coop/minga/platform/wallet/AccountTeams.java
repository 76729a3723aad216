package coop.minga.platform.wallet;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;

import org.jdbi.v3.core.Handle;

import java.util.Optional;

/** Whose wallet an account's is; answered by identity. */
@FunctionalInterface
public interface AccountTeams {

    /** The personal team of an account; empty when there is no such account. */
    Optional<TeamId> teamOf(Handle handle, AccountId account);
}
