package coop.minga.platform.payments;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

/** Saved methods at the front door. */
public final class MethodRoutes implements Routes {

    private static final String BASE = "/api/v1/payments/methods";
    private static final Access PAYER = Access.signedIn("wallet");

    private final Methods methods;

    public MethodRoutes(Methods methods) {
        this.methods = methods;
    }

    @Override
    public void register(RouteTable table) {
        table.get(BASE, PAYER)
                .summary("The team's saved methods, in the order in which they are charged")
                .answers(200, MethodViews.Listed.class)
                .handle(exchange ->
                        Reply.ok(methods.list(exchange.principal(), exchange.language())));
        table.post(BASE, PAYER)
                .summary("Begins to save a method at a provider")
                .idempotent()
                .limit(RateLimit.WRITE)
                .body(MethodViews.AddForm.class)
                .answers(202, MethodViews.MethodView.class)
                .handle(exchange ->
                        Reply.accepted(
                                methods.add(
                                        exchange.principal(),
                                        exchange.body(MethodViews.AddForm.class).provider(),
                                        exchange.language())));
        table.get(BASE + "/{id}", PAYER)
                .summary("One saved method")
                .answers(200, MethodViews.MethodView.class)
                .handle(exchange ->
                        Reply.ok(
                                methods.get(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.post(BASE + "/{id}/actions/check", PAYER)
                .summary("Has the provider asked how the saving stands")
                .idempotent()
                .answers(202, MethodViews.MethodView.class)
                .handle(exchange ->
                        Reply.accepted(
                                methods.look(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.post(BASE + "/{id}/actions/default", PAYER)
                .summary("Makes it the one that is charged first")
                .idempotent()
                .answers(200, MethodViews.MethodView.class)
                .handle(exchange ->
                        Reply.ok(
                                methods.makeDefault(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.get(BASE + "/{id}/checkout", PAYER)
                .summary("The page on which to save it, where the provider has none of its own")
                .answers(200, MethodViews.Checkout.class)
                .handle(exchange ->
                        Reply.ok(
                                methods.checkout(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.put(BASE + "/{id}/checkout", PAYER)
                .summary("Sends what the payer filled in")
                .handsKeyOn()
                .limit(RateLimit.WRITE)
                .body(PaymentViews.CheckoutForm.class)
                .answers(200, MethodViews.MethodView.class)
                .handle(exchange ->
                        Reply.ok(
                                methods.submit(
                                        exchange.principal(),
                                        id(exchange),
                                        exchange.body(PaymentViews.CheckoutForm.class).values(),
                                        exchange.idempotencyKey(),
                                        exchange.language())));
        table.delete(BASE + "/{id}", PAYER)
                .summary("Forgets it: it is not charged any more")
                .idempotent()
                .answers(204, Void.class)
                .handle(exchange -> {
                    methods.remove(
                            exchange.principal(),
                            id(exchange),
                            new Refunds.By(
                                    exchange.principal().account(),
                                    exchange.address(),
                                    exchange.traceId()));
                    return Reply.noContent();
                });
    }

    private static MethodId id(Exchange exchange) {
        return MethodId.parse(exchange.path("id"));
    }
}
