/**
 * What plugins add to the pages: data from {@code ui/ui-plugin.json} (texts, icons, columns, tiles)
 * and pages of their own that run in a sandboxed frame. A plugin whose additions are wrong runs
 * without them, with a reason.
 *
 * <p>Entrance: {@link coop.minga.platform.contributions.Contributions}. Uses plugins and http.
 */
@NullMarked
package coop.minga.platform.contributions;

import org.jspecify.annotations.NullMarked;
