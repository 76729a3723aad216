/**
 * What operators ask across all rooms: the figures of the whole, and whether everything fits
 * together. Reads everybody's tables and writes nothing.
 *
 * <p>Entrances: {@link coop.minga.platform.admin.AdminRoutes}, {@link
 * coop.minga.platform.admin.Consistency}. May use every feature; no feature uses it.
 */
@NullMarked
package coop.minga.platform.admin;

import org.jspecify.annotations.NullMarked;
