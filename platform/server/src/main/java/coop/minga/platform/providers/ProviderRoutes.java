package coop.minga.platform.providers;

import coop.minga.platform.Ids;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.plugins.PluginRoutes.ProviderLine;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.Reason;
import coop.minga.plugin.api.Kind;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What operators do with providers. */
public final class ProviderRoutes implements Routes {

    private static final String PROVIDERS = "/api/v1/admin/providers";
    private static final String ONE = PROVIDERS + "/{kind}/{name}";

    /** A provider in the list. */
    public record ProviderAnswer(
            String kind,
            String name,
            String pluginId,
            String factory,
            String state,
            Reason.@Nullable Answer reason,
            Instant since,
            boolean readOnly,
            String source,
            Set<String> capabilities) {}

    /** All providers. */
    public record ProviderList(List<ProviderAnswer> items) {}

    /** A provider with its form; secrets are named, never shown. */
    public record ProviderDetail(
            String kind,
            String name,
            String pluginId,
            String factory,
            String state,
            Reason.@Nullable Answer reason,
            Instant since,
            Map<String, Object> schema,
            Map<String, Object> config,
            Set<String> secretsSet,
            boolean readOnly,
            String source) {}

    /**
     * What is saved or tested.
     *
     * @param factory the factory's id
     * @param config values by name; secrets left out stay as they are, null removes one
     */
    public record ProviderBody(String factory, @Nullable Map<String, @Nullable Object> config) {}

    /** What was looked at. */
    public record TestAnswer(List<CheckAnswer> checks) {}

    /** One thing looked at. */
    public record CheckAnswer(String name, boolean ok, String detail, String fix) {}

    /** What can be configured. */
    public record FactoryList(List<FactoryAnswer> items) {}

    /** One factory. */
    public record FactoryAnswer(
            String kind,
            String factory,
            String pluginId,
            String title,
            String summary,
            boolean trialOnly,
            Set<String> capabilities,
            Map<String, Object> schema) {}

    private final ProviderService providers;

    public ProviderRoutes(ProviderService providers) {
        this.providers = providers;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/provider-factories", Access.staff())
                .summary("What can be configured, with a form each")
                .answers(200, FactoryList.class)
                .handle(this::factories);
        table.get(PROVIDERS, Access.staff())
                .summary("All configured providers")
                .answers(200, ProviderList.class)
                .handle(this::list);
        table.get(ONE, Access.staff())
                .summary("A provider with its form and values; secrets are never shown")
                .answers(200, ProviderDetail.class)
                .handle(this::show);
        table.put(ONE, Access.admins())
                .summary("Configure a provider (If-Match for an existing one) and open it")
                .body(ProviderBody.class)
                .limit(RateLimit.WRITE)
                .answers(200, ProviderDetail.class)
                .handle(this::save);
        table.delete(ONE, Access.admins())
                .summary("Drain a provider and forget it")
                .limit(RateLimit.WRITE)
                .answers(204, Void.class)
                .handle(this::remove);
        table.post(ONE + "/test", Access.admins())
                .summary("Try values without keeping them")
                .body(ProviderBody.class)
                .limit(RateLimit.WRITE)
                .answers(200, TestAnswer.class)
                .handle(this::test);
    }

    /** The providers of a plugin, for the list of plugins. */
    public List<ProviderLine> of(String pluginId, String language) {
        return providers.list().stream()
                .filter(view -> view.pluginId().equals(pluginId))
                .map(view ->
                        new ProviderLine(
                                view.ref().kind().id(),
                                view.ref().name(),
                                view.state().id(),
                                reason(view, language)))
                .toList();
    }

    private Reply factories(Exchange exchange) {
        String language = exchange.language();
        return Reply.ok(
                new FactoryList(
                        providers.editor().offers(language).stream()
                                .map(offer ->
                                        new FactoryAnswer(
                                                offer.entry().kind().id(),
                                                offer.entry().descriptor().id(),
                                                offer.entry().pluginId(),
                                                offer.entry().descriptor().title().in(language),
                                                offer.entry().descriptor().summary().in(language),
                                                offer.entry().descriptor().trialOnly(),
                                                offer.entry().descriptor().capabilities(),
                                                offer.schema()))
                                .toList()));
    }

    private Reply list(Exchange exchange) {
        return Reply.ok(
                new ProviderList(
                        providers.list().stream()
                                .map(view ->
                                        new ProviderAnswer(
                                                view.ref().kind().id(),
                                                view.ref().name(),
                                                view.pluginId(),
                                                view.factory(),
                                                view.state().id(),
                                                reason(view, exchange.language()),
                                                view.since(),
                                                view.source() == Source.FILE,
                                                view.source().id(),
                                                view.capabilities()))
                                .toList()));
    }

    private Reply show(Exchange exchange) {
        return reply(
                providers.editor().show(ref(exchange), exchange.language()), exchange.language());
    }

    private Reply save(Exchange exchange) {
        ProviderBody body = exchange.body(ProviderBody.class);
        ProviderConfigView saved =
                providers
                        .editor()
                        .save(
                                actor(exchange),
                                ref(exchange),
                                body.factory(),
                                values(body),
                                exchange.header("if-match"),
                                exchange.language());
        return reply(saved, exchange.language());
    }

    private Reply remove(Exchange exchange) {
        providers.editor().remove(actor(exchange), ref(exchange), exchange.header("if-match"));
        return Reply.noContent();
    }

    private Reply test(Exchange exchange) {
        ProviderBody body = exchange.body(ProviderBody.class);
        String language = exchange.language();
        return Reply.ok(
                new TestAnswer(
                        providers
                                .editor()
                                .test(actor(exchange), ref(exchange), body.factory(), values(body))
                                .stream()
                                .map(check ->
                                        new CheckAnswer(
                                                check.name().in(language),
                                                check.ok(),
                                                check.detail().in(language),
                                                check.fix().in(language)))
                                .toList()));
    }

    private static Map<String, @Nullable Object> values(ProviderBody body) {
        Map<String, @Nullable Object> values = body.config();
        return values == null ? Map.of() : values;
    }

    private static ProviderRef ref(Exchange exchange) {
        Optional<Kind> kind = Kind.of(exchange.path("kind"));
        return new ProviderRef(kind.orElseThrow(Ids::noSuchThing), exchange.path("name"));
    }

    private static PluginService.Actor actor(Exchange exchange) {
        return new PluginService.Actor(
                exchange.principal().account().toString(), exchange.address(), exchange.traceId());
    }

    private static Reason.@Nullable Answer reason(ProviderView view, String language) {
        Reason reason = view.reason();
        return reason == null ? null : reason.in(language);
    }

    private static Reply reply(ProviderConfigView shown, String language) {
        ProviderView view = shown.view();
        return Reply.ok(
                        new ProviderDetail(
                                view.ref().kind().id(),
                                view.ref().name(),
                                view.pluginId(),
                                view.factory(),
                                view.state().id(),
                                reason(view, language),
                                view.since(),
                                shown.schema(),
                                shown.config(),
                                shown.secretsSet(),
                                view.source() == Source.FILE,
                                view.source().id()))
                .with("ETag", shown.etag());
    }
}
