package coop.minga.platform.config;

import java.time.Duration;

/**
 * Where the database is and how much of it the host may use.
 *
 * @param url a {@code jdbc:postgresql://} URL of a server of version 15 or later; empty for the
 *     embedded server in the data directory
 * @param user the owner of the schema; empty for the embedded server
 * @param password its password; empty for the embedded server
 * @param port the embedded server's port on loopback; 0 picks a free one
 * @param poolSize connections in the pool
 * @param connectionTimeout how long work waits for a free connection
 * @param statementTimeout how long one statement may run
 * @param lockTimeout how long a statement waits for a lock
 * @param idleInTransactionTimeout how long a transaction may sit idle
 */
public record DatabaseConfig(
        String url,
        String user,
        String password,
        int port,
        int poolSize,
        Duration connectionTimeout,
        Duration statementTimeout,
        Duration lockTimeout,
        Duration idleInTransactionTimeout) {

    public static DatabaseConfig defaults() {
        return new DatabaseConfig(
                "",
                "",
                "",
                0,
                20,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60));
    }

    public static DatabaseConfig external(String url, String user, String password) {
        DatabaseConfig base = defaults();
        return new DatabaseConfig(
                url,
                user,
                password,
                base.port,
                base.poolSize,
                base.connectionTimeout,
                base.statementTimeout,
                base.lockTimeout,
                base.idleInTransactionTimeout);
    }

    public boolean isEmbedded() {
        return url.isEmpty();
    }
}
