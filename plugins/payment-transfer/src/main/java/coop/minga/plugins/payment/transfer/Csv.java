package coop.minga.plugins.payment.transfer;

import java.util.ArrayList;
import java.util.List;

/** Comma separated values as banks write them: other separators, quotes, blank lines. */
final class Csv {

    /**
     * @param number of its first line in the file, from 1
     */
    record Row(int number, List<String> cells) {

        Row {
            cells = List.copyOf(cells);
        }
    }

    private final String text;
    private final char separator;
    private int at;
    private int line = 1;

    private Csv(String text, char separator) {
        this.text = text;
        this.separator = separator;
    }

    /** The separator is whichever the first lines have most of. */
    static List<Row> read(String text) {
        String head = text.substring(0, Math.min(text.length(), 4000));
        char best = ',';
        for (char each : new char[] {';', '\t', '|'}) {
            if (count(head, each) > count(head, best)) {
                best = each;
            }
        }
        return new Csv(text, best).rows();
    }

    private static long count(String text, char wanted) {
        return text.chars().filter(each -> each == wanted).count();
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        while (at < text.length()) {
            int number = line;
            List<String> cells = row();
            if (cells.stream().anyMatch(cell -> !cell.isBlank())) {
                rows.add(new Row(number, cells));
            }
        }
        return rows;
    }

    private List<String> row() {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\n') {
                line++;
            }
            if (quoted) {
                if (c != '"') {
                    cell.append(c);
                } else if (at < text.length() && text.charAt(at) == '"') {
                    cell.append('"');
                    at++;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && cell.isEmpty()) {
                quoted = true;
            } else if (c == separator) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else if (c == '\n') {
                break;
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }
}
