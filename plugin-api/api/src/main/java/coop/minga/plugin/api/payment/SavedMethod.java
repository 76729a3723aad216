package coop.minga.plugin.api.payment;

import java.time.YearMonth;
import java.util.Optional;

/**
 * A card or wallet the provider keeps for a payer.
 *
 * @param handle which one
 * @param label for people, for example {@code Visa •••• 4242}; never a whole number
 * @param expires when it ends, where it does
 * @param fingerprint the same for the same card whoever adds it, where the vendor tells; compared
 *     by the host, never shown
 */
public record SavedMethod(
        MethodHandle handle,
        String label,
        Optional<YearMonth> expires,
        Optional<String> fingerprint) {

    public static SavedMethod of(MethodHandle handle, String label) {
        return new SavedMethod(handle, label, Optional.empty(), Optional.empty());
    }

    public SavedMethod withExpires(YearMonth month) {
        return new SavedMethod(handle, label, Optional.of(month), fingerprint);
    }

    public SavedMethod withFingerprint(String newFingerprint) {
        return new SavedMethod(handle, label, expires, Optional.of(newFingerprint));
    }
}
