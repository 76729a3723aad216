package coop.minga.platform.events;

import coop.minga.platform.db.Database;
import coop.minga.platform.db.Db;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * This host's own connection, outside the pool: hears what other hosts say, and holds the advisory
 * locks of the listeners this host leads for as long as it lasts. Whoever leads the housekeeping
 * removes old facts.
 */
final class Bus implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Bus.class);

    /** What other hosts hear: the host that published. */
    static final String FACTS = "minga_facts";

    private static final String HOUSEKEEPING = "events.housekeeping";
    private static final Duration RETENTION = Duration.ofDays(7);

    private final Db db;
    private final EventStore store;
    private final Database.Address address;
    private final Clock clock;
    private final String host;
    private final Tail tail;
    private final Caches caches;
    private final List<DurableListener> listeners;
    private final Lifetime lifetime;
    private final Set<String> led;
    private volatile @Nullable Connection current;

    /**
     * @param host what this one calls itself
     * @param led names of the listeners this host leads, kept up to date here
     */
    Bus(
            Db db,
            EventStore store,
            Database.Address address,
            Clock clock,
            String host,
            Tail tail,
            Caches caches,
            List<DurableListener> listeners,
            Lifetime lifetime,
            Set<String> led) {
        this.db = db;
        this.store = store;
        this.address = address;
        this.clock = clock;
        this.host = host;
        this.tail = tail;
        this.caches = caches;
        this.listeners = listeners;
        this.lifetime = lifetime;
        this.led = led;
    }

    /** Connects, and connects again when that breaks, until the end. */
    void run() {
        boolean first = true;
        while (!lifetime.isOver()) {
            try (Connection connection = connect()) {
                current = connection;
                try (Statement statement = connection.createStatement()) {
                    statement.execute("LISTEN " + FACTS);
                    statement.execute("LISTEN " + Caches.CHANNEL);
                }
                if (!first) {
                    // Whatever was said meanwhile went unheard.
                    caches.dropEverything();
                }
                first = false;
                tail.look();
                ride(connection);
            } catch (SQLException e) {
                lifetime.warn(log, "The connection that listens was lost", e);
            }
            led.clear();
            if (!lifetime.isOver()) {
                Signal.pause(Duration.ofMillis(300));
            }
        }
    }

    private void ride(Connection connection) throws SQLException {
        PGConnection pg = connection.unwrap(PGConnection.class);
        Instant nextTry = Instant.MIN;
        Instant nextSweep = clock.instant().plusSeconds(60);
        while (!lifetime.isOver()) {
            if (clock.instant().isAfter(nextTry)) {
                lead(connection);
                nextTry = clock.instant().plusSeconds(2);
            }
            if (led.contains(HOUSEKEEPING) && clock.instant().isAfter(nextSweep)) {
                sweep();
                nextSweep = clock.instant().plus(Duration.ofMinutes(30));
            }
            PGNotification[] heard = pg.getNotifications(250);
            if (heard == null) {
                continue;
            }
            for (PGNotification notification : heard) {
                if (notification.getName().equals(FACTS)) {
                    if (!notification.getParameter().equals(host)) {
                        tail.look();
                    }
                } else {
                    caches.heard(notification.getParameter());
                }
            }
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("ApplicationName", "minga-events");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        return DriverManager.getConnection(address.url(), properties);
    }

    /** Takes the lock of each listener that nobody else has; it lasts as long as the connection. */
    private void lead(Connection connection) throws SQLException {
        List<String> wanted =
                new ArrayList<>(listeners.stream().map(DurableListener::name).toList());
        wanted.add(HOUSEKEEPING);
        wanted.removeAll(led);
        if (wanted.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT name, pg_try_advisory_lock(hashtextextended('minga-listener/' || name, 0))
                        FROM unnest(?) AS name
                        """)) {
            statement.setArray(1, connection.createArrayOf("text", wanted.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getBoolean(2)) {
                        led.add(rows.getString(1));
                    }
                }
            }
        }
        listeners.forEach(DurableListener::wake);
    }

    private void sweep() {
        try {
            int gone;
            do {
                gone = db.inTransaction(h -> store.forget(h, RETENTION, 5_000));
            } while (gone == 5_000 && !lifetime.isOver());
        } catch (RuntimeException e) {
            lifetime.warn(log, "Old facts cannot be removed right now", e);
        }
    }

    @Override
    public void close() {
        Connection connection = current;
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                log.debug("Closing the listening connection failed", e);
            }
        }
    }
}
