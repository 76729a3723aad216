package coop.minga.platform.billing;

import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

/** What operators decide about billing, over HTTP. */
public final class PolicyRoutes implements Routes {

    private final Policies policies;

    public PolicyRoutes(Policies policies) {
        this.policies = policies;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/billing/dunning", Access.staff())
                .summary("What happens when a renewal is not paid, with its version as ETag")
                .answers(200, DunningPolicy.class)
                .handle(exchange -> reply(policies.current(Policies.Kind.DUNNING)));
        table.put("/api/v1/admin/billing/dunning", Access.admins())
                .summary("Replaces what happens when a renewal is not paid; needs If-Match")
                .body(DunningPolicy.class)
                .answers(200, DunningPolicy.class)
                .limit(RateLimit.WRITE)
                .handle(this::changeDunning);
    }

    private Reply changeDunning(Exchange exchange) {
        DunningPolicy policy = exchange.body(DunningPolicy.class);
        if (!policy.inOrder()) {
            throw MingaException.invalid(
                    "/retry_days",
                    "out-of-order",
                    "Days must ascend: attempts, then suspension, then destruction, at most a"
                            + " year.",
                    "Los días deben ir en orden: intentos, suspensión y destrucción, como máximo"
                            + " un año.");
        }
        return reply(policies.change(exchange, Policies.Kind.DUNNING, policy, version(exchange)));
    }

    private static Reply reply(Policies.Versioned<?> policy) {
        return Reply.ok(policy.policy()).with("ETag", "\"" + policy.version() + "\"");
    }

    private static long version(Exchange exchange) {
        String match = exchange.header("if-match").orElse("").strip();
        if (!match.matches("\"[0-9]{1,18}\"")) {
            throw MingaException.invalid(
                    "header:If-Match",
                    "required",
                    "Send the ETag that came with the page as If-Match.",
                    "Envía como If-Match el ETag que vino con la página.");
        }
        return Long.parseLong(match.substring(1, match.length() - 1));
    }
}
