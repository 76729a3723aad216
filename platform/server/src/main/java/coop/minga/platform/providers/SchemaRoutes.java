package coop.minga.platform.providers;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.loader.config.SchemaJson;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every form that running plugins bring, for their authors to look at. */
public final class SchemaRoutes implements Routes {

    /** All forms. */
    public record SchemaList(List<SchemaAnswer> items) {}

    /**
     * One form.
     *
     * @param pluginId whose it is
     * @param kind the extension point
     * @param name the factory's id, or the offering's name
     * @param purpose {@code config} (an operator sets it up), {@code product} (an operator sells
     *     it) or {@code checkout} (a customer chooses)
     * @param title its name for people
     * @param schema JSON Schema
     */
    public record SchemaAnswer(
            String pluginId,
            String kind,
            String name,
            String purpose,
            String title,
            Map<String, Object> schema) {}

    private final ProviderService providers;

    public SchemaRoutes(ProviderService providers) {
        this.providers = providers;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/schemas", Access.staff())
                .summary("Every form that running plugins bring")
                .answers(200, SchemaList.class)
                .handle(this::list);
    }

    private Reply list(Exchange exchange) {
        String language = exchange.language();
        List<SchemaAnswer> items = new ArrayList<>();
        for (FactoryEntry factory : providers.factories()) {
            items.add(
                    new SchemaAnswer(
                            factory.pluginId(),
                            factory.kind().id(),
                            factory.descriptor().id(),
                            "config",
                            factory.descriptor().title().in(language),
                            SchemaJson.of(factory.descriptor().schema(), language)));
        }
        for (ProviderView view : providers.list()) {
            if (view.ref().kind() == Kind.OFFERING) {
                String name = view.ref().name();
                providers
                        .productSchema(name)
                        .ifPresent(form -> items.add(form(view, "product", form, language)));
                providers
                        .parameters(name)
                        .ifPresent(form -> items.add(form(view, "checkout", form, language)));
            }
        }
        return Reply.ok(new SchemaList(items));
    }

    private SchemaAnswer form(
            ProviderView offering, String purpose, ConfigSchema schema, String language) {
        String name = offering.ref().name();
        return new SchemaAnswer(
                offering.pluginId(),
                Kind.OFFERING.id(),
                name,
                purpose,
                providers
                        .titles(Kind.OFFERING, name)
                        .map(titles -> titles.title().in(language))
                        .orElse(name),
                SchemaJson.of(schema, language));
    }
}
