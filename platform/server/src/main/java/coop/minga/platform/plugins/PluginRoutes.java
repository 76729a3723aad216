package coop.minga.platform.plugins;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.plugin.loader.trust.LintFinding;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What operators do with plugins. */
public final class PluginRoutes implements Routes {

    private static final String PLUGINS = "/api/v1/admin/plugins";
    private static final long MAX_JAR = 64L << 20;

    /** Says which providers a plugin has; the room that opens them is not known here. */
    @FunctionalInterface
    public interface ProvidersOf {
        List<ProviderLine> providers(String pluginId, String language);
    }

    /** One provider of a plugin. */
    public record ProviderLine(
            String kind, String name, String state, Reason.@Nullable Answer reason) {}

    /** A plugin as the API shows it. */
    public record PluginAnswer(
            String id,
            String file,
            String version,
            String desired,
            String state,
            Reason.@Nullable Answer reason,
            List<ConditionAnswer> conditions,
            Instant since,
            List<String> kinds,
            String sha256,
            String signature,
            @Nullable String publisher,
            boolean approved,
            @Nullable ConsentAnswer consent,
            @Nullable Earlier earlier,
            List<ProviderLine> providers) {}

    /** What letting a waiting plugin run means. */
    public record ConsentAnswer(
            List<String> kinds, List<String> hosts, List<FindingAnswer> findings, String sha256) {

        static ConsentAnswer of(Consent consent, String language) {
            return new ConsentAnswer(
                    consent.kinds(),
                    consent.hosts(),
                    consent.findings().stream()
                            .map(finding -> FindingAnswer.of(finding, language))
                            .toList(),
                    consent.sha256());
        }
    }

    /** One kind of thing its code does, how many classes do it, and some of their names. */
    public record FindingAnswer(String kind, String text, int classes, List<String> places) {

        static FindingAnswer of(LintFinding finding, String language) {
            return new FindingAnswer(
                    finding.risk().id(),
                    finding.risk().text().in(language),
                    finding.classes(),
                    finding.places());
        }
    }

    /** Which file an operator means: the hash that was shown. */
    public record FileShown(String sha256) {}

    /** One thing that is as it should be, or not. */
    public record ConditionAnswer(String type, boolean met, Reason.@Nullable Answer reason) {}

    /** All plugins, and what applies to new ones. */
    public record PluginList(List<PluginAnswer> items, String policy, boolean upload) {}

    private final PluginService plugins;
    private final ProvidersOf providers;

    public PluginRoutes(PluginService plugins, ProvidersOf providers) {
        this.plugins = plugins;
        this.providers = providers;
    }

    @Override
    public void register(RouteTable table) {
        table.get(PLUGINS, Access.staff())
                .summary("All plugins with their states and reasons")
                .answers(200, PluginList.class)
                .handle(this::list);
        table.post(PLUGINS, Access.superAdmins())
                .summary("Install a plugin jar (raw body, application/java-archive)")
                .query("filename")
                .rawBody(MAX_JAR)
                .limit(RateLimit.WRITE)
                .answers(202, PluginAnswer.class)
                .handle(this::install);
        table.post(PLUGINS + "/{id}/actions/approve", Access.superAdmins())
                .summary("Let a plugin run that waits for consent")
                .body(FileShown.class)
                .limit(RateLimit.WRITE)
                .answers(202, PluginAnswer.class)
                .handle(this::approve);
        table.post(PLUGINS + "/{id}/actions/rollback", Access.superAdmins())
                .summary("Put the version that ran before in the place of a plugin's file")
                .body(FileShown.class)
                .limit(RateLimit.WRITE)
                .answers(202, PluginAnswer.class)
                .handle(this::rollBack);
        table.post(PLUGINS + "/{id}/actions/{action}", Access.admins())
                .summary("Enable, disable or reload a plugin")
                .limit(RateLimit.WRITE)
                .answers(202, PluginAnswer.class)
                .handle(this::act);
        table.delete(PLUGINS + "/{id}", Access.superAdmins())
                .summary("Delete a plugin's file and drain it")
                .limit(RateLimit.WRITE)
                .answers(202, PluginList.class)
                .handle(this::remove);
    }

    private Reply list(Exchange exchange) {
        return Reply.ok(all(exchange.language()));
    }

    private PluginList all(String language) {
        return new PluginList(
                plugins.list().stream().map(view -> answer(view, language)).toList(),
                plugins.policy().id(),
                plugins.mayUpload());
    }

    private Reply install(Exchange exchange) {
        String type = exchange.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.equals("application/java-archive")) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.MEDIA_TYPE, "request.media-type"),
                    "Send the jar as application/java-archive.",
                    "Envía el jar como application/java-archive.");
        }
        String fileName =
                exchange.query("filename")
                        .orElseThrow(() ->
                                MingaException.invalid(
                                        "query:filename",
                                        "required",
                                        "Say the file's name.",
                                        "Indica el nombre del archivo."));
        PluginView view = plugins.install(actor(exchange), fileName, exchange.rawBody());
        return Reply.accepted(answer(view, exchange.language()));
    }

    private Reply act(Exchange exchange) {
        String id = exchange.path("id");
        PluginService.Actor actor = actor(exchange);
        PluginView view =
                switch (exchange.path("action")) {
                    case "enable" -> plugins.enable(actor, id);
                    case "disable" -> plugins.disable(actor, id);
                    case "reload" -> plugins.reload(actor, id);
                    default -> throw coop.minga.platform.Ids.noSuchThing();
                };
        return Reply.accepted(answer(view, exchange.language()));
    }

    private Reply approve(Exchange exchange) {
        FileShown request = exchange.body(FileShown.class);
        PluginView view = plugins.approve(actor(exchange), exchange.path("id"), request.sha256());
        return Reply.accepted(answer(view, exchange.language()));
    }

    private Reply rollBack(Exchange exchange) {
        FileShown request = exchange.body(FileShown.class);
        PluginView view = plugins.rollBack(actor(exchange), exchange.path("id"), request.sha256());
        return Reply.accepted(answer(view, exchange.language()));
    }

    private Reply remove(Exchange exchange) {
        plugins.remove(actor(exchange), exchange.path("id"));
        return Reply.accepted(all(exchange.language()));
    }

    private static PluginService.Actor actor(Exchange exchange) {
        return new PluginService.Actor(
                exchange.principal().account().toString(), exchange.address(), exchange.traceId());
    }

    private PluginAnswer answer(PluginView view, String language) {
        List<ProviderLine> lines =
                view.state() == PluginState.STARTED
                        ? providers.providers(view.id(), language)
                        : List.of();
        Reason reason = view.reason();
        Standing standing = view.standing();
        Consent consent = standing.consent();
        return new PluginAnswer(
                view.id(),
                view.file(),
                view.version(),
                view.wanted() ? "running" : "stopped",
                state(view, lines),
                reason == null ? null : reason.in(language),
                view.conditions().stream().map(each -> condition(each, language)).toList(),
                view.since(),
                view.kinds(),
                view.sha256(),
                standing.signature().id(),
                standing.publisher().isEmpty() ? null : standing.publisher(),
                standing.approved(),
                consent == null ? null : ConsentAnswer.of(consent, language),
                view.earlier(),
                lines);
    }

    private static ConditionAnswer condition(Condition condition, String language) {
        Reason reason = condition.reason();
        return new ConditionAnswer(
                condition.type().id(),
                condition.met(),
                reason == null ? null : reason.in(language));
    }

    /** A running plugin is as well as its providers are. */
    private static String state(PluginView view, List<ProviderLine> lines) {
        if (view.state() != PluginState.STARTED) {
            return view.state().id();
        }
        if (view.conditions().stream()
                .anyMatch(each -> each.type() == Condition.Type.CURRENT && !each.met())) {
            return "degraded";
        }
        if (lines.isEmpty()) {
            return view.state().id();
        }
        List<String> wanted =
                lines.stream()
                        .map(ProviderLine::state)
                        .filter(state -> !state.equals("not_set_up"))
                        .toList();
        if (wanted.isEmpty()) {
            return "not_set_up";
        }
        return wanted.stream().allMatch(state -> state.equals("ready")) ? "ready" : "degraded";
    }
}
