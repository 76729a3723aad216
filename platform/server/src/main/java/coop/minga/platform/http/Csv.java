package coop.minga.platform.http;

import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes lists as CSV (RFC 4180) that no spreadsheet takes for a formula. */
public final class Csv {

    private Csv() {}

    /** Whether the client asks for CSV instead of JSON. */
    public static boolean isWanted(Exchange exchange) {
        return exchange.header("accept")
                .map(accept -> accept.toLowerCase(Locale.ROOT).contains("text/csv"))
                .orElse(false);
    }

    /**
     * @param columns names of the columns
     * @param rows one value per column; null is an empty cell
     */
    public static Reply reply(List<String> columns, List<? extends List<?>> rows) {
        StringBuilder text = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(text, CSVFormat.RFC4180)) {
            printer.printRecord(columns);
            for (List<?> row : rows) {
                List<String> cells = new ArrayList<>();
                row.forEach(cell -> cells.add(guarded(cell)));
                printer.printRecord(cells);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        return Reply.text("text/csv; charset=utf-8", text.toString());
    }

    /** Takes the rows of a streamed list one by one; null is an empty cell. */
    @FunctionalInterface
    public interface Rows {
        void add(List<?> cells);
    }

    /**
     * Writes a list that may be long as it comes, in memory that does not grow with it.
     *
     * @param source gives the rows while it runs
     */
    public static void write(OutputStream out, List<String> columns, Consumer<Rows> source)
            throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        CSVPrinter printer = new CSVPrinter(writer, CSVFormat.RFC4180);
        printer.printRecord(columns);
        try {
            source.accept(row -> {
                List<String> cells = new ArrayList<>();
                row.forEach(cell -> cells.add(guarded(cell)));
                try {
                    printer.printRecord(cells);
                } catch (IOException e) {
                    throw new UncheckedIOException("The reader went away", e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        writer.flush();
    }

    /** OWASP's rule: an apostrophe before what would start a formula. Numbers stay numbers. */
    private static String guarded(@Nullable Object cell) {
        String text = cell == null ? "" : cell.toString();
        if (cell instanceof Number || text.isEmpty() || "=+-@\t\r\n".indexOf(text.charAt(0)) < 0) {
            return text;
        }
        return "'" + text;
    }
}
