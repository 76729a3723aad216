package coop.minga.platform.orders;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.instances.Reason;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/** An order as it stands in the books. */
record Order(
        OrderId id,
        TeamId teamId,
        AccountId accountId,
        InstanceId instanceId,
        PlanId planId,
        SubscriptionId subscriptionId,
        String component,
        long amountMinor,
        String asset,
        int assetScale,
        String payWith,
        OrderState state,
        String reasonCode,
        String reasonEn,
        String reasonEs,
        Instant since,
        long version,
        Instant createdAt,
        Instant touchedAt,
        @Nullable Instant endedAt) {

    Reason reason() {
        return new Reason(reasonCode, Text.of(reasonEn, reasonEs));
    }
}
