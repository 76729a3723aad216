package coop.minga.platform.instances;

import coop.minga.platform.AccountId;

import org.jdbi.v3.core.Handle;

import java.util.Collection;
import java.util.Map;

/** Says whose something is, for operators' lists. */
@FunctionalInterface
public interface Owners {

    /** An account in a few words. */
    record Owner(AccountId id, String email, String name) {}

    /** The owners that are known; accounts that are gone are left out. */
    Map<AccountId, Owner> of(Handle handle, Collection<AccountId> accounts);
}
