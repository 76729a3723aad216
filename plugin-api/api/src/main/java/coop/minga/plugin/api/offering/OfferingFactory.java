package coop.minga.plugin.api.offering;

import coop.minga.plugin.api.ProviderFactory;

/** Makes blueprints. Most need no configuration and are opened once, by themselves. */
public interface OfferingFactory extends ProviderFactory<OfferingBlueprint> {}
