package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Money;

import java.util.Optional;

/**
 * What a line of a bank's statement turned out to be.
 *
 * @param number of the line in the file, from 1
 * @param text what the bank wrote, at most 200 characters; names people
 * @param amount what came in, where it could be read
 * @param verdict what was made of it
 * @param payment which payment it names; empty for none or several
 */
public record StatementLine(
        int number,
        String text,
        Optional<Money> amount,
        Verdict verdict,
        Optional<PaymentHandle> payment) {

    /** What was made of a line. */
    public enum Verdict {
        /** It paid a payment. */
        PAID,
        /** It did before. */
        ALREADY_TAKEN,
        /** For a person: it names a payment whose amount or currency is another. */
        OTHER_AMOUNT,
        /** For a person: several payments, or several lines for one. */
        AMBIGUOUS,
        /** For a person: it names a payment that waits for nothing any more. */
        NOT_WAITING,
        /** For a person: it looks like one of ours, and nobody knows it. */
        UNKNOWN_REFERENCE,
        /** For a person: no amount can be read for certain. */
        UNREADABLE,
        /** Not ours: another's money, or money that went out. */
        NOT_OURS
    }

    public StatementLine {
        text = text.length() > 200 ? text.substring(0, 200) : text;
    }

    public static StatementLine of(int number, String text, Verdict verdict) {
        return new StatementLine(number, text, Optional.empty(), verdict, Optional.empty());
    }

    public StatementLine withAmount(Money newAmount) {
        return new StatementLine(number, text, Optional.of(newAmount), verdict, payment);
    }

    public StatementLine withPayment(PaymentHandle newPayment) {
        return new StatementLine(number, text, amount, verdict, Optional.of(newPayment));
    }

    /** It names people. */
    @Override
    public String toString() {
        return "StatementLine[" + number + ", " + verdict + "]";
    }
}
