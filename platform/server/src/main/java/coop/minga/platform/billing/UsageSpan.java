package coop.minga.platform.billing;

import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.UUID;

/**
 * A span of time that was charged.
 *
 * @param from the first moment
 * @param to the first moment that is not part of it
 * @param amount what was taken for it
 * @param refunded what was given back of it
 * @param transfer the ledger's transfer; none for what cost nothing
 */
record UsageSpan(
        UUID id, Instant from, Instant to, Money amount, Money refunded, @Nullable UUID transfer) {}
