package coop.minga.plugins.hello;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.api.offering.OfferingFactory;

import org.pf4j.Extension;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Sells a web page that says what the customer wants it to say. */
@Extension
public final class HelloOffering implements OfferingFactory {

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                "hello",
                Kind.OFFERING,
                Text.of("Hello page", "Página de saludo"),
                Text.of(
                        "A web page with a greeting of your choice.",
                        "Una página web con el saludo que elijas."));
    }

    @Override
    public OfferingBlueprint open(ProviderContext context, ProviderConfig config) {
        return new HelloBlueprint();
    }

    private static final class HelloBlueprint implements OfferingBlueprint {

        private static final Field GREETING =
                Field.of("greeting", FieldType.line(), Text.of("Greeting", "Saludo"))
                        .or("Hello")
                        .explained(
                                Text.of(
                                        "The words the page shows.",
                                        "Las palabras que muestra la página."));

        /** Perl is on every Debian: nothing needs to be installed in the userland. */
        private static final String SERVER =
                """
                use IO::Socket::INET;
                my $server = IO::Socket::INET->new(
                    LocalAddr => '127.0.0.1', LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die $!;
                print STDERR "serving on 8080\\n";
                while (my $client = $server->accept) {
                    while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
                    open my $file, '<', '/home/tenant/index.html' or die $!;
                    my $page = do { local $/; <$file> };
                    print $client "HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=utf-8\\r\\n",
                        'Content-Length: ', length $page, "\\r\\nConnection: close\\r\\n\\r\\n", $page;
                    close $client;
                }
                """;

        @Override
        public ConfigSchema parameters() {
            return ConfigSchema.of(GREETING);
        }

        @Override
        public DeploymentSpec plan(
                ProviderConfig product, ProviderConfig parameters, DeploymentFacts facts) {
            String page = page(parameters.text("greeting"), facts);
            Workload workload =
                    Workload.ofCommand("/usr/bin/perl", "/home/tenant/serve.pl")
                            .withFiles(
                                    List.of(
                                            new Workload.File(
                                                    "/home/tenant/serve.pl", SERVER, false),
                                            new Workload.File(
                                                    "/home/tenant/index.html", page, false)))
                            .withPorts(
                                    List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)))
                            .withHealth(new Workload.Health("web", "/", Duration.ofSeconds(20)));
            return DeploymentSpec.of(Set.of(Need.USERLAND), workload);
        }

        private static String page(String greeting, DeploymentFacts facts) {
            return """
            <!doctype html>
            <html lang="%s">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>%s</title>
            <h1>%s</h1>
            </html>
            """
                    .formatted(escaped(facts.language()), escaped(facts.name()), escaped(greeting));
        }

        private static String escaped(String text) {
            return text.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;");
        }
    }
}
