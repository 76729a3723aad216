package coop.minga.platform.payments;

import coop.minga.plugin.api.RawRequest;

import org.jspecify.annotations.Nullable;

import java.util.UUID;

/**
 * A webhook as it was kept.
 *
 * @param verified whether it was proven to be the vendor's
 * @param subject what it is about, {@code payment:…} or {@code refund:…}; null when nothing we
 *     follow, or not verified yet
 * @param request as it came in
 */
record StoredHook(
        UUID id, String provider, boolean verified, @Nullable String subject, RawRequest request) {}
