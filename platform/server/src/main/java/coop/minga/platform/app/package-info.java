/**
 * Where the house is put together: the command line, the one method that constructs every room, and
 * the order of starting and stopping.
 *
 * <p>Entrance: {@link coop.minga.platform.app.Main}; {@link coop.minga.platform.app.Host} is a
 * running host, {@link coop.minga.platform.app.Assembly} its plan. May use everything; nothing uses
 * it.
 */
@NullMarked
package coop.minga.platform.app;

import org.jspecify.annotations.NullMarked;
