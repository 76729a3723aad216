/**
 * The audit log: who did what, from where, before and after; append-only and chained.
 *
 * <p>Entrance: {@link coop.minga.platform.audit.Audit}. Uses db and, for its page, http.
 */
@NullMarked
package coop.minga.platform.audit;

import org.jspecify.annotations.NullMarked;
