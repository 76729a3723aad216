package coop.minga.platform.db;

import coop.minga.platform.Id;

import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.generic.GenericTypes;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.mapper.ColumnMapperFactory;
import org.jdbi.v3.core.mapper.ColumnMappers;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.RowMapperFactory;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Maps any record from a row by component name, and typed ids from and to {@code uuid} columns. */
final class RecordMappers {

    private RecordMappers() {}

    /**
     * Jdbi's own constructor mapper wants public constructors; rows are package-private records
     * here, so this one opens them. A component {@code amountMinor} is read from the column {@code
     * amount_minor}; a missing column is an error.
     */
    static final class Rows implements RowMapperFactory {
        @Override
        public Optional<RowMapper<?>> build(Type type, ConfigRegistry config) {
            Class<?> raw = GenericTypes.getErasedType(type);
            if (!raw.isRecord() || Id.class.isAssignableFrom(raw)) {
                return Optional.empty();
            }
            RecordComponent[] components = raw.getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            List<ColumnMapper<?>> mappers = new ArrayList<>();
            List<String> columns = new ArrayList<>();
            for (int i = 0; i < components.length; i++) {
                Type component = components[i].getGenericType();
                types[i] = components[i].getType();
                Optional<ColumnMapper<?>> mapper =
                        config.get(ColumnMappers.class).findFor(component);
                if (mapper.isEmpty()) {
                    return Optional.empty();
                }
                mappers.add(mapper.get());
                columns.add(snake(components[i].getName()));
            }
            Constructor<?> constructor = constructor(raw, types);
            return Optional.of((row, context) -> {
                Object[] values = new Object[types.length];
                for (int i = 0; i < values.length; i++) {
                    int column = row.findColumn(columns.get(i));
                    values[i] = mappers.get(i).map(row, column, context);
                }
                return construct(constructor, values);
            });
        }

        private static Constructor<?> constructor(Class<?> type, Class<?>... parameters) {
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(parameters);
                constructor.setAccessible(true);
                return constructor;
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException("Every record has its canonical constructor", e);
            }
        }

        private static String snake(String camel) {
            StringBuilder name = new StringBuilder();
            for (char c : camel.toCharArray()) {
                if (Character.isUpperCase(c)) {
                    name.append('_').append(Character.toLowerCase(c));
                } else {
                    name.append(c);
                }
            }
            return name.toString();
        }
    }

    private static Object construct(Constructor<?> constructor, Object... values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(
                    "A row does not fit " + constructor.getDeclaringClass().getName(),
                    e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "A row does not fit " + constructor.getDeclaringClass().getName(), e);
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
                return construct(constructor, value);
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
