package coop.minga.plugin.api.fiscal;

import coop.minga.plugin.api.ProviderFactory;

/** Makes issuers; one serves an installation. */
public interface FiscalIssuerFactory extends ProviderFactory<FiscalIssuer> {}
