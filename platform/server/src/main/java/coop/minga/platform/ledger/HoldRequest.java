package coop.minga.platform.ledger;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * A transfer that is only set aside for now.
 *
 * @param transfer what is held
 * @param expiresAt when it is void by itself; null for never
 */
public record HoldRequest(Transfer transfer, @Nullable Instant expiresAt) {}
