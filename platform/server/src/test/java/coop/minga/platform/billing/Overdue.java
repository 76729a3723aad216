package coop.minga.platform.billing;

import coop.minga.platform.db.Db;

/** Turns the time of subscriptions back, for hosts whose clock cannot be turned. */
public final class Overdue {

    private Overdue() {}

    /** Makes everything that is paid ahead over since some days, and has it looked at. */
    public static void since(Db db, BillingService billing, int days) {
        db.useTransaction(handle -> {
            handle.createUpdate(
                            """
                            UPDATE subscriptions
                               SET anchor_at = now() - make_interval(months => 1, days => :days),
                                   expires_at = now() - make_interval(months => 1, days => :days)
                                                + interval '1 month',
                                   next_at = NULL
                             WHERE expires_at IS NOT NULL AND ended_at IS NULL
                            """)
                    .bind("days", days)
                    .execute();
            billing.sweep(handle, 1_000);
        });
    }
}
