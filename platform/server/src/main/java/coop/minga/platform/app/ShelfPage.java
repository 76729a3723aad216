package coop.minga.platform.app;

import coop.minga.platform.catalog.Availability;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.PlanView;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.db.Db;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import java.math.BigDecimal;

/**
 * The landing page and the catalogue as plain HTML inside the UI's shell: readable without scripts,
 * found by search engines, and replaced by the UI once its scripts run.
 */
final class ShelfPage {

    private static final Text AVAILABLE = Text.of("available now", "disponible ahora");
    private static final Text NOT_NOW =
            Text.of("not available at the moment", "no disponible por el momento");

    private final Db db;
    private final Catalog catalog;
    private final Availability availability;

    ShelfPage(Db db, Catalog catalog, Availability availability) {
        this.db = db;
        this.catalog = catalog;
        this.availability = availability;
    }

    /**
     * @param path as asked for
     * @param language ISO 639-1
     * @return HTML for the shell's main part; empty for pages that need somebody signed in
     */
    String html(String path, String language) {
        if (!path.equals("/") && !path.equals("/catalog")) {
            return "";
        }
        StringBuilder html = new StringBuilder("<div class=\"prefill\"><h1>");
        html.append(
                escaped(
                        path.equals("/")
                                ? Text.of(
                                                "Machines from your neighbours, paid only when they"
                                                        + " run",
                                                "Máquinas de tus vecinos, pagadas solo cuando"
                                                        + " funcionan")
                                        .in(language)
                                : Text.of("Catalogue", "Catálogo").in(language)));
        html.append("</h1>");
        for (Catalog.Shelf shelf : db.read(catalog::offered)) {
            html.append("<section><h2>")
                    .append(escaped(shelf.product().name().in(language)))
                    .append("</h2><p>");
            html.append(escaped(shelf.product().description().in(language))).append("</p><ul>");
            for (PlanView plan : shelf.plans()) {
                html.append("<li>").append(escaped(plan.plan().name().in(language))).append(": ");
                html.append(plan.plan().size().cpuMillis() / 1000).append(" vCPU, ");
                html.append(plan.plan().size().memoryMb()).append(" MB");
                for (Price price : plan.choices()) {
                    html.append(" · ")
                            .append(escaped(amount(price.amount())))
                            .append(" / ")
                            .append(escaped(per(price.component(), language)));
                }
                html.append(" · ")
                        .append(
                                escaped(
                                        availability.available(plan)
                                                ? AVAILABLE.in(language)
                                                : NOT_NOW.in(language)))
                        .append("</li>");
            }
            html.append("</ul></section>");
        }
        return html.append("</div>").toString();
    }

    private static String amount(Money money) {
        return BigDecimal.valueOf(money.minor(), money.asset().scale()).toPlainString()
                + " "
                + money.asset().code();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String per(PriceComponent component, String language) {
        Text per =
                switch (component) {
                    case PriceComponent.Hour _ -> Text.of("1 h");
                    case PriceComponent.Slot slot -> Text.of(slot.hours() + " h");
                    case PriceComponent.Recurring.MONTH -> Text.of("month", "mes");
                    case PriceComponent.Recurring.YEAR -> Text.of("year", "año");
                    case PriceComponent.Setup _, PriceComponent.Usage _ -> Text.of(component.per());
                };
        return per.in(language);
    }
}
