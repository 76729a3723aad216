package coop.minga.plugin.api.messaging;

import coop.minga.plugin.api.ProviderFactory;

/**
 * Makes channels; the descriptor's capabilities name the media they carry ({@code mail}, {@code
 * sms}).
 */
public interface MessagingFactory extends ProviderFactory<MessagingChannel> {}
