package coop.minga.platform.identity;

import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.plugin.api.Asset;

import java.util.List;
import java.util.function.BooleanSupplier;

/** The site as visitors see it and as operators change it. */
final class SettingsRoutes implements Routes {

    private final SiteSettings service;
    private final boolean production;
    private final BooleanSupplier setupRequired;
    private final BooleanSupplier mailEnabled;

    /**
     * @param kind {@code money} or {@code coin}
     */
    record AssetView(String code, int scale, String kind) {}

    record SiteView(
            String name,
            String mode,
            String locale,
            String currency,
            String region,
            boolean setupRequired,
            boolean mailEnabled,
            List<String> locales,
            List<AssetView> assets) {}

    SettingsRoutes(
            SiteSettings service,
            boolean production,
            BooleanSupplier setupRequired,
            BooleanSupplier mailEnabled) {
        this.service = service;
        this.production = production;
        this.setupRequired = setupRequired;
        this.mailEnabled = mailEnabled;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/site", Access.everyone())
                .summary("What the site is called, speaks and counts in")
                .answers(200, SiteView.class)
                .handle(exchange -> Reply.ok(view()));
        table.get("/api/v1/admin/settings", Access.staff())
                .summary("The site's settings, with their version as ETag")
                .answers(200, Site.class)
                .handle(exchange -> reply(service.current()));
        table.put("/api/v1/admin/settings", Access.admins())
                .summary("Replace the site's settings; needs If-Match")
                .body(SiteSettings.SiteForm.class)
                .answers(200, Site.class)
                .handle(this::change);
    }

    private Reply change(Exchange exchange) {
        String ifMatch =
                exchange.header("if-match")
                        .orElseThrow(() ->
                                MingaException.invalid(
                                        "header:If-Match",
                                        "required",
                                        "Send the ETag that came with the settings as If-Match.",
                                        "Envía como If-Match el ETag que vino con la"
                                                + " configuración."));
        return reply(
                service.change(
                        exchange.principal(),
                        exchange.body(SiteSettings.SiteForm.class),
                        SiteSettings.version(ifMatch),
                        Caller.of(exchange)));
    }

    private static Reply reply(SiteSettings.Versioned settings) {
        return Reply.ok(settings.site()).with("ETag", SiteSettings.etag(settings.version()));
    }

    private SiteView view() {
        Site site = service.site();
        Asset money = site.money();
        return new SiteView(
                site.name(),
                production ? "production" : "trial",
                site.locale(),
                site.currency(),
                site.region(),
                setupRequired.getAsBoolean(),
                mailEnabled.getAsBoolean(),
                List.of("es", "en"),
                List.of(
                        new AssetView(money.code(), money.scale(), "money"),
                        new AssetView(Asset.COIN.code(), Asset.COIN.scale(), "coin")));
    }
}
