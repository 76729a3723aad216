package coop.minga.platform.billing;

import coop.minga.platform.MingaException;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.StoredFact;

import java.util.Set;

/** Hears of money that came into a wallet, and pays what waits for it within seconds. */
public final class FundsEars implements Events.Listener {

    private static final Set<String> TYPES = Set.of("wallet.changed");

    private final BillingService billing;
    private final Db db;

    public FundsEars(BillingService billing, Db db) {
        this.billing = billing;
        this.db = db;
    }

    /** Makes the listener known; before events start. */
    public void register(Events events) {
        events.listen("billing.funds", TYPES, this);
    }

    @Override
    public void on(StoredFact fact) {
        TeamId team;
        try {
            team = TeamId.parse(fact.subject());
        } catch (MingaException e) {
            return;
        }
        for (SubscriptionId id : db.read(handle -> billing.unpaid(handle, team))) {
            db.useTransaction(handle -> billing.retry(handle, id));
        }
    }
}
