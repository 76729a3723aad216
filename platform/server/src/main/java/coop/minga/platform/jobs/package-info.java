/**
 * Durable work: enqueued inside the caller's transaction, run once at a time over all hosts,
 * retried with back-off, put aside when hopeless.
 *
 * <p>Entrance: {@link coop.minga.platform.jobs.Jobs}; features implement {@link
 * coop.minga.platform.jobs.JobHandler}. Uses db and, for its admin page, http.
 */
@NullMarked
package coop.minga.platform.jobs;

import org.jspecify.annotations.NullMarked;
