package coop.minga.platform.payments;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What the API says and hears when people tell what a provider cannot see. */
final class ConfirmationViews {

    private ConfirmationViews() {}

    /**
     * @param receivedMinor what is seen on the account, in the payment's asset
     * @param note why, for the audit trail
     */
    record ConfirmForm(long receivedMinor, String note) {}

    /**
     * @param note why, for the audit trail
     */
    record NoteForm(String note) {}

    /**
     * @param verdict what was made of it: {@code paid}, {@code already_taken}, {@code not_ours}, or
     *     why it is left to a person
     * @param message the same in words
     * @param forPerson whether somebody has to look
     * @param payment which payment it names; null for none or several
     */
    record Line(
            int number,
            String text,
            @Nullable Long amountMinor,
            @Nullable String asset,
            String verdict,
            String message,
            boolean forPerson,
            @Nullable PaymentId payment) {}

    record Lines(List<Line> items) {}
}
