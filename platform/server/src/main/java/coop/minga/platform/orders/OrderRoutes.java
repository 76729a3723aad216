package coop.minga.platform.orders;

import coop.minga.platform.OrderId;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.ListQuery;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

/** The orders' part of the front door. */
public final class OrderRoutes implements Routes {

    private static final Access BUYER = Access.signedIn("orders");

    private final OrderService service;

    public OrderRoutes(OrderService service) {
        this.service = service;
    }

    @Override
    public void register(RouteTable table) {
        table.post("/api/v1/quotes", BUYER)
                .summary("What something would cost, promised for 15 minutes")
                .body(OrderViews.QuoteForm.class)
                .answers(200, OrderViews.QuoteView.class)
                .handle(exchange ->
                        Reply.ok(
                                service.quote(
                                        exchange.principal(),
                                        exchange.body(OrderViews.QuoteForm.class),
                                        exchange.language())));
        table.post("/api/v1/orders", BUYER)
                .summary("Orders a machine; dry_run says what would happen")
                .idempotent()
                .body(OrderViews.OrderForm.class)
                .answers(202, OrderViews.Placed.class)
                .answers(200, OrderViews.DryRun.class)
                .handle(exchange ->
                        switch (service.order(
                                exchange.principal(),
                                exchange.body(OrderViews.OrderForm.class),
                                exchange.language())) {
                            case OrderService.Result.Accepted(OrderViews.Placed placed) ->
                                    Reply.accepted(placed);
                            case OrderService.Result.Rehearsed(OrderViews.DryRun plan) ->
                                    Reply.ok(plan);
                        });
        table.get("/api/v1/orders", BUYER)
                .summary("The team's orders, newest first")
                .query("cursor", "limit")
                .answers(200, OrderViews.Listed.class)
                .handle(exchange ->
                        Reply.ok(
                                service.list(
                                        exchange.principal(),
                                        ListQuery.of(exchange),
                                        exchange.language())));
        table.get("/api/v1/orders/{id}", BUYER)
                .summary("One order with its steps")
                .answers(200, OrderViews.OrderView.class)
                .handle(exchange ->
                        Reply.ok(
                                service.get(
                                        exchange.principal(),
                                        OrderId.parse(exchange.path("id")),
                                        exchange.language())));
        table.get("/api/v1/admin/orders", Access.staff())
                .summary("Everybody's orders, newest first")
                .query("cursor", "limit", "state", "account")
                .answers(200, OrderViews.Listed.class)
                .handle(exchange ->
                        Reply.ok(
                                service.all(
                                        ListQuery.filtered(exchange, OrderState.ids()),
                                        exchange.language())));
    }
}
