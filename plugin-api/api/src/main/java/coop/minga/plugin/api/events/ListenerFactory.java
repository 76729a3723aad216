package coop.minga.plugin.api.events;

import coop.minga.plugin.api.ProviderFactory;

/** Makes listeners. */
public interface ListenerFactory extends ProviderFactory<EventListener> {}
