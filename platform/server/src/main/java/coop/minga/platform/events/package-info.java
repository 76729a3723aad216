/**
 * What happened: facts written inside the transaction that made them true, told to durable
 * listeners and to open browser streams on every host.
 *
 * <p>Entrance: {@link coop.minga.platform.events.Events}. Uses db.
 */
@NullMarked
package coop.minga.platform.events;

import org.jspecify.annotations.NullMarked;
