package coop.minga.platform.invoices;

import coop.minga.plugin.api.Asset;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.Map;

/** How a document speaks and counts: the reader's language, the seller's region. */
final class Words {

    private final Document document;
    private final String language;
    private final Locale locale;

    /**
     * @param language {@code es} or {@code en}; anything else is English
     */
    Words(Document document, String language) {
        this.document = document;
        this.language = language.equals("es") ? "es" : "en";
        this.locale = Locale.of(this.language, document.seller().country());
    }

    String language() {
        return language;
    }

    String say(String english, String spanish) {
        return language.equals("es") ? spanish : english;
    }

    String of(Map<String, String> byLanguage) {
        return byLanguage.getOrDefault(language, byLanguage.getOrDefault("en", ""));
    }

    /** For example {@code 1.234,50 USD}. */
    String amount(long minor) {
        return amount(minor, new Asset(document.asset(), document.scale()));
    }

    String amount(long minor, Asset asset) {
        return number(BigDecimal.valueOf(minor, asset.scale())) + " " + asset.code();
    }

    /** With as many decimal places as it has. */
    String number(BigDecimal value) {
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        format.setMinimumFractionDigits(Math.max(0, value.scale()));
        format.setMaximumFractionDigits(Math.max(0, value.scale()));
        return plain(format.format(value));
    }

    String percent(String percent) {
        return percent.isEmpty() ? "" : number(new BigDecimal(percent)) + " %";
    }

    String date(Instant at) {
        return plain(
                DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                        .withLocale(locale)
                        .format(at.atZone(ZoneId.of(document.zone())).toLocalDate()));
    }

    /** From the first to the last moment, in the seller's zone, to the minute. */
    String period(Document.Line line) {
        return moment(line.from()) + " – " + moment(line.to());
    }

    private String moment(Instant at) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
                .format(at.atZone(ZoneId.of(document.zone())));
    }

    /** What one line counts; empty on corrections, which only say how much. */
    String quantity(Document.Line line) {
        if (line.quantity().isEmpty()) {
            return "";
        }
        return number(new BigDecimal(line.quantity())) + " × " + unit(line.unit());
    }

    private String unit(String unit) {
        if (unit.equals("hour")) {
            return say("hour", "hora");
        }
        return unit.endsWith("h") ? unit.substring(0, unit.length() - 1) + " h" : unit;
    }

    /** No spaces that look alike and are not: they break searching and fonts. */
    private static String plain(String text) {
        return text.replace('\u00a0', ' ').replace('\u202f', ' ');
    }
}
