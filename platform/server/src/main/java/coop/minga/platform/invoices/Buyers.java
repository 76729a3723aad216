package coop.minga.platform.invoices;

import coop.minga.platform.AccountId;

import org.jdbi.v3.core.Handle;

import java.util.Optional;

/** Who somebody is while they have not said to whom their documents are made out. */
@FunctionalInterface
public interface Buyers {

    /** An account's own name and address for mail. */
    record Buyer(String name, String email) {}

    Optional<Buyer> find(Handle handle, AccountId account);
}
