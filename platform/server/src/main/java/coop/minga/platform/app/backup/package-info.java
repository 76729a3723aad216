/**
 * Backups without any program of PostgreSQL's: one snapshot copied table by table into one archive,
 * with the keys and the configuration, proven before it is trusted, restored into an empty place.
 *
 * <p>Entrance: {@link coop.minga.platform.app.backup.Backup} and {@link
 * coop.minga.platform.app.backup.Restore}.
 */
@NullMarked
package coop.minga.platform.app.backup;

import org.jspecify.annotations.NullMarked;
