/**
 * What instances can be put on: nodes behind compute backends, their capacity, and who reserved how
 * much of it. More than there is can never be reserved: the database refuses it.
 *
 * <p>Entrance: {@link coop.minga.platform.supply.Supply}; backends are reached through {@link
 * coop.minga.platform.supply.Backends}. Uses providers, db, jobs and events.
 */
@NullMarked
package coop.minga.platform.supply;

import org.jspecify.annotations.NullMarked;
