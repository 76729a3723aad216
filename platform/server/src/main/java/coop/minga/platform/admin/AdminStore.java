package coop.minga.platform.admin;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.List;

/** Reads across features, for the operators' pages. */
final class AdminStore {

    /** The figures of the dashboard. */
    record Counts(
            long accounts,
            long runningInstances,
            long ordersToday,
            long failedOrders,
            long jobsDead) {}

    /** What came in, by asset, in minor units. */
    record Revenue(String asset, long amountMinor) {}

    /** A document of the trial's mail box. */
    record Stored(String key, String value) {}

    Counts counts(Handle handle, Instant startOfDay) {
        return handle.createQuery(
                        """
                        select (select count(*) from accounts) as accounts,
                               (select count(*) from instances where state = 'running') as running_instances,
                               (select count(*) from orders where created_at >= :day) as orders_today,
                               (select count(*) from orders
                                where state = 'failed' and created_at >= :day) as failed_orders,
                               (select count(*) from dead_jobs) as jobs_dead
                        """)
                .bind("day", startOfDay)
                .mapTo(Counts.class)
                .one();
    }

    /** Revenue accounts are striped; their addresses begin alike. */
    List<Revenue> revenue(Handle handle) {
        return handle.createQuery(
                        """
                        select asset, cast(sum(posted_credit - posted_debit) as bigint) as amount_minor
                        from ledger_accounts
                        where address like 'revenue/%'
                        group by asset
                        order by asset
                        """)
                .mapTo(Revenue.class)
                .list();
    }

    /** Newest first. */
    List<Stored> mails(Handle handle, String before, int limit) {
        return handle.createQuery(
                        """
                        select key, value from provider_state
                        where kind = 'messaging' and key like 'message/%' and (:before = '' or key < :before)
                        order by key desc
                        limit :limit
                        """)
                .bind("before", before)
                .bind("limit", limit)
                .mapTo(Stored.class)
                .list();
    }
}
