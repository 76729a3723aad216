package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;

import org.jdbi.v3.core.Handle;

/** Something another room does for every new account, inside the transaction that makes it. */
@FunctionalInterface
public interface NewAccountHook {

    void created(Handle handle, AccountId account, TeamId team);
}
