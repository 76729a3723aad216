package coop.minga.platform.db;

import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.argument.Arguments;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.mapper.ColumnMapperFactory;
import org.jdbi.v3.core.mapper.ColumnMappers;
import org.jdbi.v3.core.mapper.RowMapperFactory;
import org.jdbi.v3.core.mapper.RowMappers;

/**
 * What Jdbi found out about types, for all statements.
 *
 * <p>Every statement has a copy of the configuration, and what it finds out goes with it: the
 * mapper of a record with twenty components was built anew for each query, with twenty searches
 * through every factory there is. Now one configuration is asked that stays, and whose caches do.
 */
final class Remembered {

    private Remembered() {}

    /** Makes it so; nothing may be registered afterwards. */
    static void in(Jdbi jdbi) {
        ConfigRegistry found = jdbi.getConfig().createCopy();
        RowMapperFactory rows = (type, config) -> found.get(RowMappers.class).findFor(type);
        ColumnMapperFactory columns =
                (type, config) -> found.get(ColumnMappers.class).findFor(type);
        ArgumentFactory.Preparable arguments =
                (type, config) -> found.get(Arguments.class).prepareFor(type);
        jdbi.registerRowMapper(rows);
        jdbi.registerColumnMapper(columns);
        jdbi.registerArgument(arguments);
    }
}
