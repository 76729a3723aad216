/**
 * The ledger: accounts, transfers, holds, and the proof that the books are right. It knows amounts
 * and addresses and no other feature.
 *
 * <p>Entrance: {@link coop.minga.platform.ledger.Ledger} for movements, {@link
 * coop.minga.platform.ledger.Books} for the proof. Uses db, jobs and, for the admin page, http.
 */
@NullMarked
package coop.minga.platform.ledger;

import org.jspecify.annotations.NullMarked;
