package coop.minga.platform.providers;

import coop.minga.plugin.api.Provider;

/**
 * A provider that was opened. Whoever keeps this keeps its plugin's classes.
 *
 * @param provider never called but through the guard
 * @param guard stands before it
 * @param factory what made it
 */
record Open(Provider provider, ProviderGuard guard, FactoryEntry factory) {}
