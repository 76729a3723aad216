/**
 * Providers: the configured instances of what plugins contribute, by kind and name, and the guard
 * around every call into them.
 *
 * <p>Entrance: {@link coop.minga.platform.providers.ProviderService} gives a {@link
 * coop.minga.platform.providers.Guarded} provider; its calls end in an {@link
 * coop.minga.platform.providers.Outcome}. Uses plugins, config, db, http, audit, events and jobs.
 */
@NullMarked
package coop.minga.platform.providers;

import org.jspecify.annotations.NullMarked;
