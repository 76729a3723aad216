package coop.minga.platform.telemetry;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** What balancers and monitoring ask. */
public final class TelemetryRoutes implements Routes {

    private final Health health;
    private final Meters meters;
    private final String metricsToken;

    /**
     * @param metricsToken lets other machines read the metrics; empty: only loopback may
     */
    public TelemetryRoutes(Health health, Meters meters, String metricsToken) {
        this.health = health;
        this.meters = meters;
        this.metricsToken = metricsToken;
    }

    /**
     * @param status {@code up} or {@code down}
     * @param checks every check's finding
     */
    public record HealthAnswer(String status, List<Health.Finding> checks) {}

    @Override
    public void register(RouteTable table) {
        table.get("/health/live", Access.everyone())
                .summary("Whether the process lives")
                .answers(200, HealthAnswer.class)
                .handle(exchange -> Reply.ok(new HealthAnswer("up", List.of())));
        table.get("/health/started", Access.everyone())
                .summary("Whether the start is over")
                .answers(200, HealthAnswer.class)
                .answers(503, HealthAnswer.class)
                .handle(exchange -> answer(health.hasStarted(), List.of()));
        table.get("/health/ready", Access.everyone())
                .summary("Whether requests can be taken, and if not, why")
                .answers(200, HealthAnswer.class)
                .answers(503, HealthAnswer.class)
                .handle(this::ready);
        table.get("/metrics", Access.everyone())
                .summary("Metrics in the text format of Prometheus; loopback or token only")
                .ownCredentials()
                .handle(this::metrics);
    }

    private Reply ready(Exchange exchange) {
        List<Health.Finding> findings = health.findings();
        return answer(findings.stream().allMatch(Health.Finding::ok), findings);
    }

    private static Reply answer(boolean up, List<Health.Finding> findings) {
        Reply reply = Reply.json(up ? 200 : 503, new HealthAnswer(up ? "up" : "down", findings));
        return up ? reply : reply.with("Retry-After", "2");
    }

    private Reply metrics(Exchange exchange) {
        if (!mayRead(exchange)) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.FORBIDDEN, "metrics.token-required"),
                    "Metrics are for this machine, or for who has the metrics token.",
                    "Las métricas son para esta máquina o para quien tenga su token.");
        }
        return Reply.text("text/plain; version=0.0.4; charset=utf-8", meters.registry().scrape());
    }

    private boolean mayRead(Exchange exchange) {
        Optional<String> bearer =
                exchange.header("authorization")
                        .filter(value -> value.startsWith("Bearer "))
                        .map(value -> value.substring("Bearer ".length()).strip());
        if (!metricsToken.isEmpty() && bearer.isPresent()) {
            return MessageDigest.isEqual(
                    bearer.get().getBytes(StandardCharsets.UTF_8),
                    metricsToken.getBytes(StandardCharsets.UTF_8));
        }
        String address = exchange.address();
        return address.startsWith("127.")
                || address.equals("::1")
                || address.equals("0:0:0:0:0:0:0:1");
    }
}
