package coop.minga.platform.db;

import coop.minga.platform.Id;

import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.generic.GenericTypes;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.mapper.ColumnMapperFactory;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.RowMapperFactory;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import java.lang.reflect.Constructor;
import java.lang.reflect.Type;
import java.sql.Types;
import java.util.Optional;
import java.util.UUID;

/** Maps any record from a row by component name, and typed ids from and to {@code uuid} columns. */
final class RecordMappers {

    private RecordMappers() {}

    static final class Rows implements RowMapperFactory {
        @Override
        public Optional<RowMapper<?>> build(Type type, ConfigRegistry config) {
            Class<?> raw = GenericTypes.getErasedType(type);
            if (!raw.isRecord() || Id.class.isAssignableFrom(raw)) {
                return Optional.empty();
            }
            return Optional.of(ConstructorMapper.of(raw.getDeclaredConstructors()[0]));
        }
    }

    static final class IdColumns implements ColumnMapperFactory {
        @Override
        public Optional<ColumnMapper<?>> build(Type type, ConfigRegistry config) {
            Class<?> raw = GenericTypes.getErasedType(type);
            if (!raw.isRecord() || !Id.class.isAssignableFrom(raw)) {
                return Optional.empty();
            }
            Constructor<?> constructor = raw.getDeclaredConstructors()[0];
            return Optional.of((row, column, context) -> {
                UUID value = row.getObject(column, UUID.class);
                if (value == null) {
                    return null;
                }
                try {
                    return constructor.newInstance(value);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(
                            "An id record takes one UUID: " + raw.getName(), e);
                }
            });
        }
    }

    static final class IdArguments extends AbstractArgumentFactory<Id> {
        IdArguments() {
            super(Types.OTHER);
        }

        @Override
        protected Argument build(Id id, ConfigRegistry config) {
            return (position, statement, context) -> statement.setObject(position, id.value());
        }
    }
}
