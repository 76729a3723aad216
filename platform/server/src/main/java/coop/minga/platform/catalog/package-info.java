/**
 * The shelf: products, their plans and versioned prices, with texts in every language.
 *
 * <p>Entrance: {@link coop.minga.platform.catalog.Catalog}. Uses pricing, db, events, audit and
 * http.
 */
@NullMarked
package coop.minga.platform.catalog;

import org.jspecify.annotations.NullMarked;
