package coop.minga.platform.instances;

import coop.minga.platform.OrderId;

import org.jdbi.v3.core.Handle;

/**
 * The order behind an instance that never ran yet: orders brings it to an end. Implemented by
 * orders, joined at wiring.
 */
public interface Ordering {

    /**
     * The instance's state changed under the order (its owner wants it gone, a backend told
     * something): look at it now. Joins the caller's transaction.
     */
    void wake(Handle handle, OrderId order);
}
