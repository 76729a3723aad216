#set($d = "$")
package ${package};

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.OfferingBlueprint;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Turns a customer's choices into what has to run: a pure function, so it runs on every backend.
 */
final class Blueprint implements OfferingBlueprint {

    /** Perl is on every Debian, so the userland needs nothing installed. */
    private static final String SERVER =
            """
            use IO::Socket::INET;
            my ${d}server = IO::Socket::INET->new(
                LocalAddr => '127.0.0.1', LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die ${d}!;
            while (my ${d}client = ${d}server->accept) {
                while (my ${d}line = <${d}client>) { last if ${d}line =~ /^\\r?\\n${d}/ }
                open my ${d}file, '<', '/home/tenant/notice.html' or die ${d}!;
                my ${d}page = do { local ${d}/; <${d}file> };
                print ${d}client "HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=utf-8\\r\\n",
                    'Content-Length: ', length ${d}page, "\\r\\nConnection: close\\r\\n\\r\\n", ${d}page;
                close ${d}client;
            }
            """;

    @Override
    public ConfigSchema parameters() {
        return ConfigSchema.of(
                Field.of("notice", FieldType.line(), Text.of("Notice", "Aviso"))
                        .or("Minga on Saturday")
                        .explained(Text.of("What the board says.", "Lo que dice la cartelera.")));
    }

    @Override
    public DeploymentSpec plan(
            ProviderConfig product, ProviderConfig parameters, DeploymentFacts facts) {
        String page =
                "<!doctype html><meta charset=\"utf-8\"><title>Notice</title><h1>"
                        + escaped(parameters.text("notice"))
                        + "</h1>\n";
        return DeploymentSpec.of(
                Set.of(Need.USERLAND),
                Workload.ofCommand("/usr/bin/perl", "/home/tenant/serve.pl")
                        .withFiles(
                                List.of(
                                        new Workload.File("/home/tenant/serve.pl", SERVER, false),
                                        new Workload.File("/home/tenant/notice.html", page, false)))
                        .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)))
                        .withHealth(new Workload.Health("web", "/", Duration.ofSeconds(20))));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
