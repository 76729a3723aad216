package coop.minga.platform.providers;

import coop.minga.platform.audit.Audit;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.plugins.Reason;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** What operators do with extension points. */
public final class ExtensionRoutes implements Routes {

    private static final String POINTS = "/api/v1/admin/extension-points";

    private final ExtensionPoints points;

    public ExtensionRoutes(ExtensionPoints points) {
        this.points = points;
    }

    /** A provider that could serve. */
    public record Candidate(
            String name, String pluginId, String state, Reason.@Nullable Answer reason) {}

    /**
     * A point.
     *
     * @param choice {@code one} or {@code many}: how many serve it
     * @param chosen by an operator; absent for none
     * @param serving who serves it now, where one does
     */
    public record PointAnswer(
            String id,
            String kind,
            String title,
            String summary,
            String choice,
            List<Candidate> candidates,
            @Nullable String chosen,
            @Nullable String serving) {}

    /** All points. */
    public record PointList(List<PointAnswer> items) {}

    /**
     * A choice.
     *
     * @param provider its name; absent for the first that works
     */
    public record Choice(@Nullable String provider) {}

    @Override
    public void register(RouteTable table) {
        table.get(POINTS, Access.staff())
                .summary("Where plugins take part, and who serves what")
                .answers(200, PointList.class)
                .handle(exchange ->
                        Reply.ok(
                                new PointList(
                                        points.all().stream()
                                                .map(look -> answer(look, exchange.language()))
                                                .toList())));
        table.put(POINTS + "/{id}", Access.admins())
                .summary("Choose who serves a point that only one can serve")
                .body(Choice.class)
                .limit(RateLimit.WRITE)
                .answers(200, PointAnswer.class)
                .handle(this::choose);
    }

    private Reply choose(Exchange exchange) {
        String id = exchange.path("id");
        String provider = exchange.body(Choice.class).provider();
        Audit.Entry entry =
                new Audit.Entry(
                        exchange.principal().account().toString(),
                        exchange.address(),
                        "extension-point.chosen",
                        "extension-point/" + id,
                        Map.of(),
                        ExtensionPoints.described(provider),
                        exchange.traceId());
        return Reply.ok(answer(points.choose(id, provider, entry), exchange.language()));
    }

    private static PointAnswer answer(ExtensionPoints.Look look, String language) {
        ExtensionPoint point = look.point();
        return new PointAnswer(
                point.id(),
                point.kind().id(),
                point.title().in(language),
                point.summary().in(language),
                point.single() ? "one" : "many",
                look.candidates().stream()
                        .map(view -> {
                            Reason reason = view.reason();
                            return new Candidate(
                                    view.ref().name(),
                                    view.pluginId(),
                                    view.state().id(),
                                    reason == null ? null : reason.in(language));
                        })
                        .toList(),
                look.chosen(),
                look.serving());
    }
}
