package coop.minga.platform.audit;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/** What to look for in the audit log; absent parts match everything. */
record AuditFilter(
        @Nullable String actor,
        @Nullable String action,
        @Nullable String subject,
        @Nullable Instant from,
        @Nullable Instant to) {}
