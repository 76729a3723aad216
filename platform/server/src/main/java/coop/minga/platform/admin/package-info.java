/**
 * What operators ask across all rooms: whether everything fits together.
 *
 * <p>Entrance: {@link coop.minga.platform.admin.Consistency}. May use every feature; no feature
 * uses it.
 */
@NullMarked
package coop.minga.platform.admin;

import org.jspecify.annotations.NullMarked;
