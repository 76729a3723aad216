/**
 * The time machine: what billing would do in the days to come, on a copy of the database.
 *
 * <p>Entrances: {@link coop.minga.platform.app.simulate.Simulation} and {@link
 * coop.minga.platform.app.simulate.DatabaseCopy}.
 */
@NullMarked
package coop.minga.platform.app.simulate;

import org.jspecify.annotations.NullMarked;
