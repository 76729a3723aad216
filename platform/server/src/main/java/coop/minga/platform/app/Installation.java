package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.ConfigFile;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.config.MingaConfig;
import coop.minga.platform.config.Mode;
import coop.minga.platform.db.Database;

import java.nio.file.Path;

/** What commands beside a host look at: the configuration and the data, whether it runs or not. */
record Installation(Host.Places places, ConfigFile file, Mode mode, MingaConfig config) {

    /**
     * @throws CannotStart when nothing was ever started here
     */
    static Installation existing() {
        Host.Places places = Host.Places.ofProcess();
        Mode mode =
                DataDirectory.modeOf(places.data())
                        .orElseThrow(() ->
                                new CannotStart(
                                        "There is no Minga in "
                                                + places.data()
                                                + ": start it first, or set MINGA_DATA_DIR to where"
                                                + " it is."));
        return of(places, mode);
    }

    /** The installation in a mode, also before its first start. */
    static Installation of(Host.Places places, Mode mode) {
        ConfigFile file = ConfigFile.read(places.config(), places.environment());
        return new Installation(places, file, mode, file.build(mode, places.data(), places.home()));
    }

    Path data() {
        return places.data();
    }

    /** The host's database as it is, through the host's own server when it runs. */
    Database rawDatabase() {
        return Database.attach(config.database(), data());
    }

    /**
     * The host's database, ready to be worked with.
     *
     * @throws CannotStart when its schema is not this program's
     */
    Database database() {
        Database database = rawDatabase();
        try {
            if (database.pendingMigrations() > 0) {
                throw new CannotStart(
                        "The database's schema is older than this program: start the host, or run"
                                + " 'minga migrate' first.");
            }
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }
}
