package coop.minga.plugin.loader;

import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderFactory;

/**
 * A factory found in a plugin.
 *
 * @param factory the one object the host keeps
 * @param descriptor what it said of itself when it was loaded
 */
public record Contribution(ProviderFactory<?> factory, ProviderDescriptor descriptor) {}
