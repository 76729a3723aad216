package coop.minga.platform.payments;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.SetupHandle;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;

/**
 * A customer's card or wallet as our books know it.
 *
 * @param key of the call that begins to save it
 * @param standing how it stands
 * @param isDefault whether it is charged first
 * @param checks how often it was asked for by itself
 */
record StoredMethod(
        MethodId id,
        TeamId team,
        AccountId account,
        String provider,
        Mode mode,
        IdempotencyKey key,
        Standing standing,
        boolean isDefault,
        int checks,
        Instant createdAt) {

    /**
     * What changes while it is saved and removed.
     *
     * @param reason why it was declined or is held; null otherwise
     * @param setup what the provider calls the saving; null until it began
     * @param handle what the provider calls the method; null until it is saved
     * @param label for people
     * @param expires year and month; null where it does not
     * @param fingerprint the same for the same card; null where the vendor does not tell
     * @param actionKind what the payer has to do; null when nothing
     */
    record Standing(
            MethodState state,
            @Nullable String reason,
            @Nullable String setup,
            @Nullable String handle,
            String label,
            @Nullable String expires,
            @Nullable String fingerprint,
            @Nullable String actionKind,
            @Nullable String actionUrl) {

        static Standing created() {
            return new Standing(MethodState.CREATED, null, null, null, "", null, null, null, null);
        }

        Standing in(MethodState newState, @Nullable String newReason) {
            return new Standing(
                    newState, newReason, setup, handle, label, expires, fingerprint, null, null);
        }

        Standing begun(SetupHandle newSetup) {
            return new Standing(
                    state,
                    reason,
                    newSetup.value(),
                    handle,
                    label,
                    expires,
                    fingerprint,
                    null,
                    null);
        }

        Standing requires(PayerAction action) {
            return new Standing(
                    MethodState.REQUIRES_ACTION,
                    null,
                    setup,
                    handle,
                    label,
                    expires,
                    fingerprint,
                    action.kind(),
                    action.url());
        }
    }

    MethodState state() {
        return standing.state();
    }

    Optional<SetupHandle> setup() {
        return Optional.ofNullable(standing.setup()).map(SetupHandle::new);
    }

    Optional<MethodHandle> handle() {
        return Optional.ofNullable(standing.handle()).map(MethodHandle::new);
    }

    StoredMethod with(Standing now) {
        return new StoredMethod(
                id, team, account, provider, mode, key, now, isDefault, checks, createdAt);
    }
}
