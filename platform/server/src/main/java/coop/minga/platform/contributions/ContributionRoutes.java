package coop.minga.platform.contributions;

import coop.minga.platform.contributions.Contributions.Accepted;
import coop.minga.platform.contributions.Contributions.Refused;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells browsers what plugins add to the pages, and operators what was left out. */
public final class ContributionRoutes implements Routes {

    private static final int HEIGHT = 320;

    private final Contributions contributions;

    public ContributionRoutes(Contributions contributions) {
        this.contributions = contributions;
    }

    /**
     * What one plugin adds, in the reader's language.
     *
     * @param offerings the products it belongs to
     * @param icon the name of one of the host's icons, or the address of a picture
     * @param labels words for codes
     */
    public record Additions(
            String plugin,
            String version,
            List<String> offerings,
            String title,
            @Nullable String icon,
            Map<String, String> labels,
            List<ColumnView> columns,
            List<TileView> tiles,
            List<FrameView> frames) {}

    /** A further column; {@code value} is a JSON Pointer into a machine. */
    public record ColumnView(String id, String list, String label, String value) {}

    /** A number; {@code count} says of which machines. */
    public record TileView(String id, String label, @Nullable String icon, String count) {}

    /** A page in a sandboxed frame, and what it may ask for. */
    public record FrameView(
            String id,
            String slot,
            String label,
            @Nullable String icon,
            String src,
            int height,
            List<String> reads) {}

    /** What all plugins add. */
    public record AdditionsList(List<Additions> items) {}

    /** Why something is left out. */
    public record ReasonView(String code, String text) {}

    /**
     * What came of a plugin's {@code ui} folder.
     *
     * @param state {@code ready} or {@code failed}
     */
    public record Report(
            String plugin,
            String version,
            String state,
            @Nullable ReasonView reason,
            int columns,
            int tiles,
            List<FrameView> frames) {}

    /** The same of all plugins that have one. */
    public record ReportList(List<Report> items) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/contributions", Access.signedIn("instances"))
                .summary("What plugins add to the pages")
                .answers(200, AdditionsList.class)
                .handle(exchange -> Reply.ok(additions(exchange.language())));
        table.get("/api/v1/admin/contributions", Access.staff())
                .summary("What plugins add to the pages, and what was left out and why")
                .answers(200, ReportList.class)
                .handle(exchange -> Reply.ok(reports(exchange.language())));
    }

    private AdditionsList additions(String language) {
        return new AdditionsList(
                contributions.all().stream()
                        .filter(Accepted.class::isInstance)
                        .map(each -> additions((Accepted) each, language))
                        .toList());
    }

    private static Additions additions(Accepted accepted, String language) {
        UiManifest manifest = accepted.manifest();
        Map<String, String> labels = new TreeMap<>();
        manifest.allLabels()
                .forEach((code, label) -> labels.put(code, manifest.text(label).in(language)));
        return new Additions(
                accepted.plugin(),
                accepted.version(),
                accepted.offerings(),
                manifest.text(manifest.title()).in(language),
                icon(accepted, manifest.icon()),
                labels,
                manifest.allColumns().stream()
                        .map(column ->
                                new ColumnView(
                                        column.id(),
                                        column.list(),
                                        manifest.text(column.label()).in(language),
                                        column.value()))
                        .toList(),
                manifest.allTiles().stream()
                        .map(tile ->
                                new TileView(
                                        tile.id(),
                                        manifest.text(tile.label()).in(language),
                                        icon(accepted, tile.icon()),
                                        tile.count()))
                        .toList(),
                frames(accepted, language));
    }

    private static List<FrameView> frames(Accepted accepted, String language) {
        UiManifest manifest = accepted.manifest();
        return manifest.allFrames().stream()
                .map(frame ->
                        new FrameView(
                                frame.id(),
                                frame.slot(),
                                manifest.text(frame.label()).in(language),
                                icon(accepted, frame.icon()),
                                address(accepted, frame.page()),
                                frame.height() == null ? HEIGHT : frame.height(),
                                frame.reads() == null ? List.of() : frame.reads()))
                .toList();
    }

    private static @Nullable String icon(Accepted accepted, @Nullable String icon) {
        return icon == null || accepted.folder().file(icon).isEmpty()
                ? icon
                : address(accepted, icon);
    }

    private static String address(Accepted accepted, String file) {
        return ContributionPages.ROOT
                + accepted.plugin()
                + "/"
                + accepted.fingerprint()
                + "/"
                + file;
    }

    private ReportList reports(String language) {
        return new ReportList(
                contributions.all().stream()
                        .map(each ->
                                switch (each) {
                                    case Accepted accepted ->
                                            new Report(
                                                    accepted.plugin(),
                                                    accepted.version(),
                                                    "ready",
                                                    null,
                                                    accepted.manifest().allColumns().size(),
                                                    accepted.manifest().allTiles().size(),
                                                    frames(accepted, language));
                                    case Refused refused ->
                                            new Report(
                                                    refused.plugin(),
                                                    refused.version(),
                                                    "failed",
                                                    new ReasonView(
                                                            "ui-refused",
                                                            refused.reason().in(language)),
                                                    0,
                                                    0,
                                                    List.of());
                                })
                        .toList());
    }
}
