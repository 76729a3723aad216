/**
 * The access keys of Ecuador's electronic documents (SRI).
 *
 * <p>Entrance: {@link coop.minga.plugins.fiscal.sri.SriFactory}. It computes the 49 digits that
 * name an invoice or a credit note and keeps them; it signs nothing and transmits nothing, and it
 * has not been tried against the authority: no conformity is claimed. {@code document/{key}} in the
 * provider's state holds {@code {"access_key": "…", "hash": "…"}}.
 */
@NullMarked
package coop.minga.plugins.fiscal.sri;

import org.jspecify.annotations.NullMarked;
