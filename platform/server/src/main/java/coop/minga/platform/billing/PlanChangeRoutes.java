package coop.minga.platform.billing;

import coop.minga.platform.InstanceId;
import coop.minga.platform.PlanId;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/** Changes of plans and prices over HTTP. */
public final class PlanChangeRoutes implements Routes {

    private final PlanChangeService changes;

    public PlanChangeRoutes(PlanChangeService changes) {
        this.changes = changes;
    }

    /** An amount on the wire. */
    public record Amount(long amountMinor, String asset) {
        static Amount of(Money money) {
            return new Amount(money.minor(), money.asset().code());
        }
    }

    /**
     * What a change comes to.
     *
     * @param dryRun whether nothing was done
     * @param metered posted for hours used until now
     * @param credit given back of what was paid ahead
     * @param charge taken for what is paid ahead from now on
     * @param due charge less credit; below zero it is given back
     * @param nextAt when the next period is paid
     */
    public record ChangeView(
            boolean dryRun,
            PlanId planId,
            String price,
            Amount unitPrice,
            Amount metered,
            Amount credit,
            Amount charge,
            Amount due,
            @Nullable Instant nextAt) {}

    @Override
    public void register(RouteTable table) {
        table.post("/api/v1/instances/{id}/plan", Access.signedIn("instances"))
                .summary("Changes how a machine is paid for; dry_run says what it would come to")
                .body(PlanChangeService.ChangeForm.class)
                .answers(200, ChangeView.class)
                .idempotent()
                .limit(RateLimit.WRITE)
                .handle(this::change);
    }

    private Reply change(Exchange exchange) {
        PlanChangeService.ChangeForm form = exchange.body(PlanChangeService.ChangeForm.class);
        PlanChange change =
                changes.change(
                        exchange.principal().team(), InstanceId.parse(exchange.path("id")), form);
        return Reply.ok(
                new ChangeView(
                        Boolean.TRUE.equals(form.dryRun()),
                        change.plan(),
                        change.component(),
                        Amount.of(change.price()),
                        Amount.of(change.metered()),
                        Amount.of(change.credit()),
                        Amount.of(change.charge()),
                        Amount.of(change.due()),
                        change.nextAt()));
    }
}
