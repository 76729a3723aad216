package coop.minga.platform.catalog;

import coop.minga.platform.PlanId;

import org.jdbi.v3.core.Handle;

import java.util.Optional;

/** The shelf. Thread-safe. */
public final class Catalog {

    /** A plan, offered or not, with its product and the prices that apply now. */
    public Optional<PlanView> plan(Handle handle, PlanId id) {
        throw new UnsupportedOperationException();
    }
}
