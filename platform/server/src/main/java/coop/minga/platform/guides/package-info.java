/**
 * The guides of the installation as pages: hosting, and writing plugins. They are files of {@code
 * docs/}, written in Markdown, shown without scripts.
 *
 * <p>Entrance: {@link coop.minga.platform.guides.GuideRoutes}. Uses {@code http} only.
 */
@NullMarked
package coop.minga.platform.guides;

import org.jspecify.annotations.NullMarked;
