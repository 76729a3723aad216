package coop.minga.plugin.api.payment;

/**
 * How the saving of a method stands.
 *
 * @param handle which setup
 * @param mode whether the vendor calls it real
 * @param outcome how it stands
 */
public record MethodSetup(SetupHandle handle, Mode mode, Outcome outcome) {

    /** How it stands. */
    public sealed interface Outcome {

        /** The method can be charged. */
        record Saved(SavedMethod method) implements Outcome {}

        /** The vendor or a bank is at work. */
        record Pending() implements Outcome {}

        /** The payer has to do something. */
        record RequiresAction(PaymentOutcome.Action action) implements Outcome {}

        /** It is not saved. */
        record Declined(DeclineReason reason) implements Outcome {}

        /** Cannot be told now. */
        record Unknown() implements Outcome {}
    }

    public static MethodSetup saved(SetupHandle handle, Mode mode, SavedMethod method) {
        return new MethodSetup(handle, mode, new Outcome.Saved(method));
    }

    public static MethodSetup pending(SetupHandle handle, Mode mode) {
        return new MethodSetup(handle, mode, new Outcome.Pending());
    }

    public static MethodSetup requires(
            SetupHandle handle, Mode mode, PaymentOutcome.Action action) {
        return new MethodSetup(handle, mode, new Outcome.RequiresAction(action));
    }

    public static MethodSetup declined(SetupHandle handle, Mode mode, DeclineReason reason) {
        return new MethodSetup(handle, mode, new Outcome.Declined(reason));
    }

    public static MethodSetup unknown(SetupHandle handle, Mode mode) {
        return new MethodSetup(handle, mode, new Outcome.Unknown());
    }
}
