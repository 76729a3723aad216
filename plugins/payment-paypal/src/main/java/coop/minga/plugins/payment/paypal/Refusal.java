package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.RefundOutcome;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** PayPal answered with an error. Holds PayPal's codes, never its words. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Set<String> ANOTHER_SOURCE =
            Set.of(
                    "INSTRUMENT_DECLINED",
                    "PAYER_CANNOT_PAY",
                    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING");
    private static final Set<String> NOT_AGREED =
            Set.of("ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED");
    private static final Set<String> DONE_ALREADY =
            Set.of(
                    "ORDER_ALREADY_CAPTURED",
                    "ORDER_ALREADY_AUTHORIZED",
                    "ORDER_COMPLETION_IN_PROGRESS",
                    "AUTHORIZATION_ALREADY_CAPTURED",
                    "MAX_CAPTURE_COUNT_EXCEEDED",
                    "DUPLICATE_INVOICE_ID",
                    "PREVIOUSLY_VOIDED",
                    "AUTHORIZATION_VOIDED",
                    "PREVIOUSLY_CAPTURED");
    private static final Set<String> FINAL =
            Set.of(
                    "TRANSACTION_REFUSED",
                    "COMPLIANCE_VIOLATION",
                    "PAYER_ACCOUNT_RESTRICTED",
                    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
                    "TRANSACTION_LIMIT_EXCEEDED",
                    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
                    "TRANSACTION_BLOCKED_BY_PAYEE",
                    "AUTHORIZATION_DENIED",
                    "AUTHORIZATION_EXPIRED");

    private final int status;
    private final String name;
    private final transient List<String> issues;
    private final transient List<String> links;
    private final String debugId;

    @SuppressWarnings("serial")
    private final Optional<Duration> retryAfter;

    Refusal(
            int status,
            String name,
            List<String> issues,
            List<String> links,
            String debugId,
            Optional<Duration> retryAfter) {
        super(status + " " + name + " " + issues + ", PayPal's debug id " + debugId);
        this.status = status;
        this.name = name;
        this.issues = List.copyOf(issues);
        this.links = List.copyOf(links);
        this.debugId = debugId;
        this.retryAfter = retryAfter;
    }

    int status() {
        return status;
    }

    /** Where PayPal points to; as it came, so never to be followed as it is. */
    List<String> links() {
        return links;
    }

    boolean names(String issue) {
        return name.equals(issue) || issues.contains(issue);
    }

    private boolean namesAny(Set<String> codes) {
        return codes.contains(name) || issues.stream().anyMatch(codes::contains);
    }

    /** The payer has to choose another source of money, on the same page. */
    boolean wantsAnotherSource() {
        return namesAny(ANOTHER_SOURCE);
    }

    boolean notAgreed() {
        return namesAny(NOT_AGREED);
    }

    /** Somebody was faster, or an answer was lost: look at how it stands. */
    boolean doneAlready() {
        return namesAny(DONE_ALREADY);
    }

    /** Why there will be no money, whatever the payer does at this order. */
    Optional<DeclineReason> declined() {
        if (namesAny(Set.of("TRANSACTION_LIMIT_EXCEEDED"))) {
            return Optional.of(DeclineReason.AMOUNT_TOO_LARGE);
        }
        if (namesAny(Set.of("AUTHORIZATION_EXPIRED"))) {
            return Optional.of(DeclineReason.EXPIRED);
        }
        return namesAny(FINAL) ? Optional.of(DeclineReason.REFUSED_BY_PROVIDER) : Optional.empty();
    }

    /** Why no money goes back; empty when it is no verdict but a failure. */
    Optional<RefundOutcome.Reason> refundDeclined() {
        if (status != 422 && status != 403) {
            return Optional.empty();
        }
        for (String issue : issues) {
            Optional<RefundOutcome.Reason> reason = refundDeclined(issue);
            if (reason.isPresent()) {
                return reason;
            }
        }
        return Optional.empty();
    }

    private static Optional<RefundOutcome.Reason> refundDeclined(String issue) {
        return Optional.ofNullable(
                switch (issue) {
                    case "REFUND_AMOUNT_EXCEEDED",
                            "CAPTURE_FULLY_REFUNDED",
                            "MAX_NUMBER_OF_REFUNDS_EXCEEDED" ->
                            RefundOutcome.Reason.EXCEEDS_PAYMENT;
                    case "REFUND_TIME_LIMIT_EXCEEDED" -> RefundOutcome.Reason.TOO_LATE;
                    case "REFUND_FAILED_INSUFFICIENT_FUNDS" ->
                            RefundOutcome.Reason.INSUFFICIENT_FUNDS;
                    case "CAPTURE_DISPUTED", "PARTIAL_REFUND_NOT_ALLOWED", "REFUND_IS_RESTRICTED" ->
                            RefundOutcome.Reason.DISPUTED;
                    case "PAYER_ACCOUNT_RESTRICTED", "PAYER_ACCOUNT_LOCKED_OR_CLOSED" ->
                            RefundOutcome.Reason.SOURCE_CLOSED;
                    case "REFUND_NOT_ALLOWED", "TRANSACTION_REFUSED" ->
                            RefundOutcome.Reason.REFUSED_BY_PROVIDER;
                    default -> null;
                });
    }

    private boolean isSetUpWrong() {
        return name.equals("NOT_AUTHORIZED")
                || issues.stream()
                        .anyMatch(issue ->
                                issue.startsWith("PAYEE_")
                                        || issue.equals("PERMISSION_DENIED")
                                        || issue.contains("_NOT_ENABLED"));
    }

    /** What it means for the host where nothing better is known. */
    ProviderException asFailure() {
        if (status == 429) {
            return ProviderException.limit(
                    Text.of("PayPal asks for patience", "PayPal pide paciencia"),
                    retryAfter.orElse(Duration.ofSeconds(30)));
        }
        if (status >= 500 || status == 409 || status == 408) {
            return failure(
                    Code.UNAVAILABLE,
                    "PayPal cannot answer now",
                    "PayPal no puede responder ahora");
        }
        if (status == 401) {
            return failure(
                    Code.UNAUTHENTICATED,
                    "PayPal refuses the client ID or secret",
                    "PayPal rechaza el client ID o el secreto");
        }
        if (status == 404) {
            return failure(Code.NOT_FOUND, "PayPal knows no such thing", "PayPal no lo conoce");
        }
        if (isSetUpWrong() || status == 403) {
            return failure(
                    Code.MISCONFIGURED,
                    "PayPal is not set up for this: look at the account's permissions",
                    "PayPal no está preparado para esto: revisa los permisos de la cuenta");
        }
        if (names("DUPLICATE_REQUEST_ID")) {
            return failure(
                    Code.IDEMPOTENCY_MISMATCH,
                    "PayPal knows this key for something else",
                    "PayPal conoce esta clave para otra cosa");
        }
        if (notAgreed()) {
            return failure(
                    Code.CONFLICT, "The payer has not agreed yet", "El pagador aún no aceptó");
        }
        if (doneAlready()) {
            return failure(Code.CONFLICT, "It is done already", "Ya está hecho");
        }
        return failure(Code.INVALID_REQUEST, "PayPal does not take this", "PayPal no acepta esto");
    }

    private ProviderException failure(Code code, String english, String spanish) {
        String where = debugId.isEmpty() ? "" : " (PayPal debug id " + debugId + ")";
        return new ProviderException(code, Text.of(english + where, spanish + where), this);
    }
}
