package coop.minga.platform.wallet;

import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * Something that turns into funds when it is redeemed.
 *
 * @param code {@code [A-Z0-9-]{4,40}}
 * @param amount what each use gives
 * @param bucket where it goes
 * @param uses how often it can be redeemed, once per team
 * @param used how often it was
 * @param expiresAt null for never
 */
record GiftCode(
        GiftCodeId id,
        String code,
        Money amount,
        Bucket bucket,
        int uses,
        int used,
        @Nullable Instant expiresAt,
        boolean active,
        String note,
        Instant createdAt) {}
