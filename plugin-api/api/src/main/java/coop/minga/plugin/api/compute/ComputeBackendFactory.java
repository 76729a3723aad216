package coop.minga.plugin.api.compute;

import coop.minga.plugin.api.ProviderFactory;

/** Makes compute backends; the descriptor's capabilities name what they can run ({@link Need}). */
public interface ComputeBackendFactory extends ProviderFactory<ComputeBackend> {}
