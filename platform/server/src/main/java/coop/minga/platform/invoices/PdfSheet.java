package coop.minga.platform.invoices;

import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDPageContentStream.AppendMode;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;

/**
 * Paper to write on, from top to bottom, with as many pages as it takes. Its one font comes along
 * in the document, so that it looks the same everywhere. For one thread.
 */
final class PdfSheet implements AutoCloseable {

    private static final String FONT =
            "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
    private static final int TOP = 60;
    private static final int BOTTOM = 60;
    private static final int FOOT = 30;
    private static final int FOOT_SIZE = 8;
    private static final int THOUSAND = 1_000;

    private final PDDocument pdf = new PDDocument();
    private final PDFont font;
    private final String reference;
    private final String pageWord;
    private PDPageContentStream page;
    private int y;

    PdfSheet(String title, String author, String language, Instant at, String pageWord) {
        this.reference = title;
        this.pageWord = pageWord;
        try (InputStream ttf = PDDocument.class.getResourceAsStream(FONT)) {
            if (ttf == null) {
                throw new IllegalStateException("PDFBox comes without " + FONT);
            }
            font = PDType0Font.load(pdf, ttf, true);
            PDDocumentInformation about = pdf.getDocumentInformation();
            about.setTitle(title);
            about.setAuthor(author);
            GregorianCalendar issued =
                    new GregorianCalendar(TimeZone.getTimeZone("UTC"), Locale.ROOT);
            issued.setTimeInMillis(at.toEpochMilli());
            about.setCreationDate(issued);
            pdf.getDocumentCatalog().setLanguage(language);
            // Else it would be made from the time of writing.
            pdf.setDocumentId(at.toEpochMilli() ^ title.hashCode());
            page = newPage();
        } catch (IOException e) {
            throw new UncheckedIOException("A PDF cannot be begun", e);
        }
    }

    private PDPageContentStream newPage() throws IOException {
        PDPage next = new PDPage(PDRectangle.A4);
        pdf.addPage(next);
        y = Math.round(PDRectangle.A4.getHeight()) - TOP;
        return new PDPageContentStream(pdf, next, AppendMode.OVERWRITE, true);
    }

    /** Goes down by points. */
    void down(int points) {
        y -= points;
    }

    /** Begins a new page unless so many points are left on this one. */
    void room(int points) {
        if (y - points >= BOTTOM) {
            return;
        }
        try {
            page.close();
            page = newPage();
        } catch (IOException e) {
            throw new UncheckedIOException("A PDF cannot be continued", e);
        }
    }

    /** Writes to the right of a point. */
    void text(int x, int size, String text) {
        write(page, x, y, size, text);
    }

    /** Writes to the left of a point. */
    void right(int x, int size, String text) {
        write(page, x - width(text, size), y, size, text);
    }

    void rule(int from, int to) {
        try {
            page.moveTo(from, y);
            page.lineTo(to, y);
            page.stroke();
        } catch (IOException e) {
            throw new UncheckedIOException("A PDF cannot be written", e);
        }
    }

    /** As much of a text as fits. */
    String cut(String text, int size, int width) {
        String cut = printable(text);
        while (width(cut, size) > width) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -2)) + "…";
        }
        return cut;
    }

    /** A text in lines that fit, broken between words. */
    List<String> wrap(String text, int size, int width) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split("\\s+", -1)) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (width(longer, size) > width && !line.isEmpty()) {
                lines.add(line);
                line = word;
            } else {
                line = longer;
            }
        }
        lines.add(line);
        return lines.stream().map(each -> cut(each, size, width)).toList();
    }

    byte[] bytes() {
        try {
            page.close();
            int pages = pdf.getNumberOfPages();
            for (int i = 0; i < pages; i++) {
                try (PDPageContentStream foot =
                        new PDPageContentStream(
                                pdf, pdf.getPage(i), AppendMode.APPEND, true, true)) {
                    String text = reference + " · " + pageWord + " " + (i + 1) + "/" + pages;
                    write(foot, 50, FOOT, FOOT_SIZE, text);
                }
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            pdf.save(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("A PDF cannot be finished", e);
        }
    }

    private void write(PDPageContentStream on, int x, int height, int size, String text) {
        String printable = printable(text);
        if (printable.isEmpty()) {
            return;
        }
        try {
            on.beginText();
            on.setFont(font, size);
            on.newLineAtOffset(x, height);
            on.showText(printable);
            on.endText();
        } catch (IOException e) {
            throw new UncheckedIOException("A PDF cannot be written", e);
        }
    }

    private int width(String text, int size) {
        try {
            return Math.round(font.getStringWidth(printable(text)) * size / THOUSAND);
        } catch (IOException e) {
            throw new UncheckedIOException("A text cannot be measured", e);
        }
    }

    /** What the font cannot draw becomes a question mark, never an error on somebody's name. */
    private String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> out.appendCodePoint(canDraw(c) ? c : '?'));
        return out.toString();
    }

    private boolean canDraw(int c) {
        try {
            font.encode(Character.toString(c));
            return !Character.isISOControl(c);
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            pdf.close();
        } catch (IOException e) {
            throw new UncheckedIOException("A PDF cannot be closed", e);
        }
    }
}
