/**
 * The author's bench: a trial beside a plugin that is being written, which takes in every build of
 * it as soon as its jar is complete.
 *
 * <p>Entrance: {@link coop.minga.platform.app.dev.Bench}. Uses plugins and providers.
 */
@NullMarked
package coop.minga.platform.app.dev;

import org.jspecify.annotations.NullMarked;
