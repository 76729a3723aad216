package coop.minga.platform.payments;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

/** Where operators say what a provider cannot see. */
public final class ConfirmationRoutes implements Routes {

    private static final String BASE = "/api/v1/admin/payments";
    private static final long LONGEST_STATEMENT = 2L * 1024 * 1024;

    private final Confirmations confirmations;

    public ConfirmationRoutes(Confirmations confirmations) {
        this.confirmations = confirmations;
    }

    /** The keys go no further: a provider takes each of these once, however often it is said. */
    @Override
    public void register(RouteTable table) {
        table.put(BASE + "/{id}/confirmation", Access.admins())
                .summary("Says that a payment's money came, where the provider cannot see it")
                .handsKeyOn()
                .limit(RateLimit.WRITE)
                .body(ConfirmationViews.ConfirmForm.class)
                .answers(200, PaymentViews.AdminView.class)
                .handle(exchange ->
                        Reply.ok(
                                confirmations.confirm(
                                        PaymentId.parse(exchange.path("id")),
                                        exchange.body(ConfirmationViews.ConfirmForm.class),
                                        by(exchange),
                                        exchange.language())));
        table.put(BASE + "/{id}/rejection", Access.admins())
                .summary("Says that a payment's money will not come")
                .handsKeyOn()
                .limit(RateLimit.WRITE)
                .body(ConfirmationViews.NoteForm.class)
                .answers(200, PaymentViews.AdminView.class)
                .handle(exchange ->
                        Reply.ok(
                                confirmations.reject(
                                        PaymentId.parse(exchange.path("id")),
                                        exchange.body(ConfirmationViews.NoteForm.class).note(),
                                        by(exchange),
                                        exchange.language())));
        table.put("/api/v1/admin/refunds/{id}/confirmation", Access.admins())
                .summary("Says that a refund was sent by hand")
                .handsKeyOn()
                .limit(RateLimit.WRITE)
                .body(ConfirmationViews.NoteForm.class)
                .answers(200, PaymentViews.RefundView.class)
                .handle(exchange ->
                        Reply.ok(
                                confirmations.confirmRefund(
                                        RefundId.parse(exchange.path("id")),
                                        exchange.body(ConfirmationViews.NoteForm.class).note(),
                                        by(exchange))));
        table.put("/api/v1/admin/statements/{provider}", Access.admins())
                .summary("Reads a bank's statement (raw body, text/csv) and pays what fits exactly")
                .rawBody(LONGEST_STATEMENT)
                .handsKeyOn()
                .limit(RateLimit.WRITE)
                .answers(200, ConfirmationViews.Lines.class)
                .handle(exchange ->
                        Reply.ok(
                                confirmations.statement(
                                        exchange.path("provider"),
                                        exchange.rawBody(),
                                        by(exchange),
                                        exchange.language())));
    }

    private static Refunds.By by(Exchange exchange) {
        return new Refunds.By(
                exchange.principal().account(), exchange.address(), exchange.traceId());
    }
}
