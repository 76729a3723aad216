package coop.minga.platform.ledger;

import coop.minga.platform.db.Db;

import java.io.PrintStream;
import java.time.Clock;

/** What {@code minga books verify} prints. */
public final class BooksCommand {

    private BooksCommand() {}

    /**
     * Proves the books and says what was found.
     *
     * @param seed the checkpoint key's seed from the data directory
     * @param language ISO 639-1
     * @return the exit code: 0 when everything fits, 1 otherwise
     */
    public static int verify(Db db, byte[] seed, Clock clock, PrintStream out, String language) {
        BooksReport report =
                new Books(db, new Ledger(clock), new CheckpointKey(seed), clock, () -> "").verify();
        boolean spanish = language.equals("es");
        for (BooksReport.AssetSum asset : report.assets()) {
            out.printf(
                    spanish
                            ? "%s: suma %d, %d cuentas, %d transferencias%n"
                            : "%s: sum %d, %d accounts, %d transfers%n",
                    asset.asset(),
                    asset.sumMinor(),
                    asset.accounts(),
                    asset.transfers());
        }
        BooksReport.CheckpointView checkpoint = report.checkpoint();
        if (checkpoint != null) {
            out.printf(
                    spanish ? "punto de control %d: %s (%s)%n" : "checkpoint %d: %s (%s)%n",
                    checkpoint.n(),
                    checkpoint.root(),
                    checkpoint.at());
        }
        for (BooksReport.Finding finding : report.findings()) {
            String detail = finding.detail().getOrDefault(language, "");
            out.printf(
                    "%s [%s]: %s%n",
                    finding.row(),
                    finding.check(),
                    detail.isEmpty() ? finding.detail().getOrDefault("en", "") : detail);
        }
        if (report.balanced()) {
            out.println(spanish ? "libros: cuadran" : "books: balanced");
            return 0;
        }
        out.println(spanish ? "libros: NO CUADRAN" : "books: NOT BALANCED");
        return 1;
    }
}
