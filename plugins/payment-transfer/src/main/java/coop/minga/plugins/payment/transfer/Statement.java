package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a bank's CSV: finds the line with the columns' names, then what is below. */
final class Statement {

    static final int LONGEST = 2 * 1024 * 1024;
    private static final int MOST_LINES = 20_000;
    private static final int HEADER_WITHIN = 20;

    private static final Set<String> TEXTS =
            Set.of(
                    "description",
                    "details",
                    "reference",
                    "text",
                    "concept",
                    "memo",
                    "narrative",
                    "purpose",
                    "descripcion",
                    "detalle",
                    "detalles",
                    "referencia",
                    "concepto",
                    "motivo",
                    "glosa",
                    "observacion",
                    "observaciones");
    private static final Set<String> AMOUNTS =
            Set.of(
                    "amount", "credit", "value", "paid in", "monto", "importe", "valor", "credito",
                    "abono", "haber");
    private static final Set<String> CURRENCIES = Set.of("currency", "moneda", "divisa");

    private Statement() {}

    /**
     * @throws ProviderException {@code INVALID_REQUEST} when it is no statement
     */
    static List<Entry> read(byte[] file, Settings.Columns columns) {
        if (file.length > LONGEST) {
            throw unreadable("it is beyond 2 MiB", "pasa de 2 MiB");
        }
        List<Csv.Row> rows = Csv.read(text(file));
        if (rows.size() > MOST_LINES) {
            throw unreadable("it has more than 20,000 lines", "tiene más de 20.000 líneas");
        }
        for (int i = 0; i < Math.min(rows.size(), HEADER_WITHIN); i++) {
            Optional<Header> header = Header.of(rows.get(i), columns);
            if (header.isPresent()) {
                return entries(rows.subList(i + 1, rows.size()), header.get());
            }
        }
        throw unreadable(
                "no line names a column for the text and one for the amount",
                "ninguna línea nombra una columna para el texto y otra para el monto");
    }

    private static List<Entry> entries(List<Csv.Row> rows, Header header) {
        List<Entry> entries = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (Csv.Row row : rows) {
            String amount = header.cell(row, header.amount());
            if (amount.isBlank()) {
                continue;
            }
            String text =
                    String.join(
                            " ",
                            header.texts().stream().map(each -> header.cell(row, each)).toList());
            // Two lines that are the same in every column are two transfers.
            String line = String.join("\0", row.cells());
            int before = seen.merge(line, 1, Integer::sum);
            entries.add(
                    new Entry(
                            row.number(),
                            text.strip(),
                            amount,
                            header.currency().map(each -> header.cell(row, each)),
                            Names.hex(line + "\0" + before)));
        }
        return entries;
    }

    /** Where things are. */
    private record Header(List<Integer> texts, int amount, Optional<Integer> currency) {

        static Optional<Header> of(Csv.Row row, Settings.Columns columns) {
            List<Integer> texts = places(row, columns.text(), TEXTS);
            List<Integer> amounts = places(row, columns.amount(), AMOUNTS);
            List<Integer> currencies = places(row, columns.currency(), CURRENCIES);
            return texts.isEmpty() || amounts.size() != 1
                    ? Optional.empty()
                    : Optional.of(
                            new Header(texts, amounts.getFirst(), currencies.stream().findFirst()));
        }

        private static List<Integer> places(
                Csv.Row row, Optional<String> named, Set<String> usual) {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < row.cells().size(); i++) {
                String cell = plain(row.cells().get(i));
                boolean fits =
                        named.map(name -> plain(name).equals(cell))
                                .orElseGet(() -> usual.contains(cell));
                if (fits) {
                    places.add(i);
                }
            }
            return places;
        }

        String cell(Csv.Row row, int place) {
            return place < row.cells().size() ? row.cells().get(place) : "";
        }
    }

    /** Without accents, signs and capitals. */
    private static String plain(String cell) {
        return Normalizer.normalize(cell, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z ]", "")
                .strip();
    }

    private static String text(byte[] file) {
        for (byte each : file) {
            if (each == 0) {
                throw unreadable("it is no text file", "no es un archivo de texto");
            }
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return new String(file, StandardCharsets.ISO_8859_1);
        }
    }

    private static ProviderException unreadable(String english, String spanish) {
        return new ProviderException(
                Code.INVALID_REQUEST,
                Text.of(
                        "This is no statement that can be read: " + english,
                        "No es un extracto legible: " + spanish));
    }
}
