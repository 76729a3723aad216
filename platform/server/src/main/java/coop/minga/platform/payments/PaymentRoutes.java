package coop.minga.platform.payments;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.ListQuery;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

/** The payments' part of the front door, but for webhooks. */
public final class PaymentRoutes implements Routes {

    private static final Access PAYER = Access.signedIn("wallet");

    private final Payments payments;

    public PaymentRoutes(Payments payments) {
        this.payments = payments;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/payments/ways", PAYER)
                .summary("How money can be added to the balance")
                .answers(200, PaymentViews.Ways.class)
                .handle(exchange -> Reply.ok(payments.ways(exchange.language())));
        table.post("/api/v1/payments/top-ups", PAYER)
                .summary("Begins to add money to the balance")
                .idempotent()
                .limit(RateLimit.WRITE)
                .body(PaymentViews.TopUpForm.class)
                .answers(202, PaymentViews.PaymentView.class)
                .handle(exchange ->
                        Reply.accepted(
                                payments.topUp(
                                        exchange.principal(),
                                        exchange.body(PaymentViews.TopUpForm.class),
                                        exchange.language())));
        table.get("/api/v1/payments", PAYER)
                .summary("The team's payments, newest first")
                .query("cursor", "limit")
                .answers(200, PaymentViews.Page.class)
                .handle(exchange ->
                        Reply.ok(
                                payments.list(
                                        exchange.principal(),
                                        ListQuery.of(exchange),
                                        exchange.language())));
        table.get("/api/v1/payments/{id}", PAYER)
                .summary("One payment")
                .answers(200, PaymentViews.PaymentView.class)
                .handle(exchange ->
                        Reply.ok(
                                payments.get(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.post("/api/v1/payments/{id}/actions/check", PAYER)
                .summary("Has the provider asked how the payment stands")
                .idempotent()
                .answers(202, PaymentViews.PaymentView.class)
                .handle(exchange ->
                        Reply.accepted(
                                payments.look(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.get("/api/v1/payments/{id}/checkout", PAYER)
                .summary("The page on which to pay, where the provider has none of its own")
                .answers(200, PaymentViews.Checkout.class)
                .handle(exchange ->
                        Reply.ok(
                                payments.checkout(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.put("/api/v1/payments/{id}/checkout", PAYER)
                .summary("Sends what the payer filled in")
                .handsKeyOn()
                .limit(RateLimit.WRITE)
                .body(PaymentViews.CheckoutForm.class)
                .answers(200, PaymentViews.PaymentView.class)
                .handle(exchange ->
                        Reply.ok(
                                payments.submit(
                                        exchange.principal(),
                                        id(exchange),
                                        exchange.body(PaymentViews.CheckoutForm.class),
                                        exchange.idempotencyKey(),
                                        exchange.language())));
        table.get("/api/v1/admin/payments", Access.staff())
                .summary("Everybody's payments, newest first")
                .query("cursor", "limit", "state", "account")
                .answers(200, PaymentViews.AdminPage.class)
                .handle(exchange ->
                        Reply.ok(
                                payments.all(
                                        ListQuery.filtered(exchange, PaymentState.ids()),
                                        exchange.language())));
        table.get("/api/v1/admin/payments/{id}", Access.staff())
                .summary("One payment with its refunds")
                .answers(200, PaymentViews.AdminView.class)
                .handle(exchange -> Reply.ok(payments.one(id(exchange), exchange.language())));
        table.post("/api/v1/admin/payments/{id}/refunds", Access.admins())
                .summary("Gives a payment back to where it came from, whole or in part")
                .idempotent()
                .limit(RateLimit.WRITE)
                .body(PaymentViews.RefundForm.class)
                .answers(202, PaymentViews.RefundView.class)
                .handle(exchange ->
                        Reply.accepted(
                                payments.refund(
                                        id(exchange),
                                        exchange.body(PaymentViews.RefundForm.class),
                                        new Refunds.By(
                                                exchange.principal().account(),
                                                exchange.address(),
                                                exchange.traceId()))));
    }

    private static PaymentId id(Exchange exchange) {
        return PaymentId.parse(exchange.path("id"));
    }
}
