/**
 * The database room: connection pool, embedded PostgreSQL, migrations, transactions, and the
 * translation of SQL states into the host's errors.
 *
 * <p>Entrance: {@link coop.minga.platform.db.Db}. Uses config only.
 */
@NullMarked
package coop.minga.platform.db;

import org.jspecify.annotations.NullMarked;
