/**
 * From a wish to a running machine: quotes, orders, and the saga that either delivers what was
 * bought or gives everything back, whatever happens in between.
 *
 * <p>Entrance: {@link coop.minga.platform.orders.OrderService}; {@link
 * coop.minga.platform.orders.ProvisionJob} does the work. Uses catalog, pricing, billing, supply,
 * instances, identity, db, jobs, events and http.
 */
@NullMarked
package coop.minga.platform.orders;

import org.jspecify.annotations.NullMarked;
