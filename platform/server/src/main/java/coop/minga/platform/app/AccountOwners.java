package coop.minga.platform.app;

import coop.minga.platform.AccountId;
import coop.minga.platform.identity.Accounts;
import coop.minga.platform.instances.Owners;

import org.jdbi.v3.core.Handle;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Names the owners of machines and orders for operators. */
record AccountOwners(Accounts accounts) implements Owners {

    @Override
    public Map<AccountId, Owner> of(Handle handle, Collection<AccountId> ids) {
        return accounts.findAll(handle, Set.copyOf(ids)).stream()
                .map(found -> new Owner(found.id(), found.email(), found.name()))
                .collect(Collectors.toMap(Owner::id, Function.identity()));
    }
}
