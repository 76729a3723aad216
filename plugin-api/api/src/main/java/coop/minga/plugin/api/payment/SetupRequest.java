package coop.minga.plugin.api.payment;

import java.net.URI;

/**
 * A request to save a method. Made by the host; may grow.
 *
 * @param reference the host's public id of this setup
 * @param payer whose
 * @param mode must be the provider's own
 * @param returnUrl where the payer's browser goes afterwards; arriving there proves nothing
 * @param cancelUrl where it goes when the payer gives up
 */
public record SetupRequest(
        String reference, Payer payer, Mode mode, URI returnUrl, URI cancelUrl) {}
