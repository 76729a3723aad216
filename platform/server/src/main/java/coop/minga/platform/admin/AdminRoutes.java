package coop.minga.platform.admin;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.ledger.Books;

import java.time.Clock;

/** The dashboard and, on a trial, the mail box. */
public final class AdminRoutes implements Routes {

    private final AdminService service;
    private final Consistency consistency;
    private final boolean trial;

    /**
     * @param trial whether there is a mail box to show
     */
    public AdminRoutes(Db db, Books books, Consistency consistency, Clock clock, boolean trial) {
        this.service = new AdminService(db, books, clock);
        this.consistency = consistency;
        this.trial = trial;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/overview", Access.staff())
                .summary("The dashboard's figures")
                .answers(200, AdminService.Overview.class)
                .handle(exchange -> Reply.ok(service.overview()));
        table.get("/api/v1/admin/consistency", Access.staff())
                .summary("Whether orders, machines, money, room and backends tell one story")
                .answers(200, Consistency.Report.class)
                .handle(exchange -> Reply.ok(consistency.check()));
        if (trial) {
            table.get("/api/v1/admin/outbox", Access.admins())
                    .summary("Mail that a trial kept instead of sending it, newest first")
                    .query("cursor", "limit")
                    .answers(200, AdminService.MailPage.class)
                    .handle(exchange ->
                            Reply.ok(
                                    service.mails(
                                            exchange.query("cursor").orElse(""),
                                            exchange.query("limit", 50, 1, 100))));
        }
    }
}
