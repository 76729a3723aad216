/**
 * Fiscal issuers: what a tax authority wants done with an invoice. Numbers without gaps are the
 * host's; an issuer reports what was issued and says which reference it got.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.fiscal.FiscalIssuer}, made by a {@link
 * coop.minga.plugin.api.fiscal.FiscalIssuerFactory}.
 */
@NullMarked
package coop.minga.plugin.api.fiscal;

import org.jspecify.annotations.NullMarked;
