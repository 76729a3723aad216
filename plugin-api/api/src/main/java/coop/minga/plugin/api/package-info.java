/**
 * What every plugin shares: factories and providers, calls, money, errors, and the context through
 * which a plugin reaches its host.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.ProviderFactory}. Each extension point has a package of
 * its own ({@code compute}, {@code offering}, {@code messaging}, {@code events}); the configuration
 * schema lives in {@code config}. Uses pf4j, slf4j and jspecify only; nothing here may depend on
 * the host.
 */
@NullMarked
package coop.minga.plugin.api;

import org.jspecify.annotations.NullMarked;
