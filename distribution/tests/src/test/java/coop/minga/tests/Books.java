package coop.minga.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** The embedded database as somebody with the server's files in hand gets at it. */
final class Books {

    private Books() {}

    static Connection connect(RunningMinga minga) throws IOException, SQLException {
        Path base = minga.data().resolve("postgres");
        // Its fourth line is the port.
        List<String> postmaster = Files.readAllLines(base.resolve("cluster/postmaster.pid"));
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postmaster.get(3).strip() + "/minga",
                "minga",
                Files.readString(base.resolve("password")).strip());
    }
}
