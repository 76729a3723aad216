package coop.minga.plugins.payment.paypal;

import com.paypal.sdk.models.AuthorizationStatus;
import com.paypal.sdk.models.AuthorizationWithAdditionalData;
import com.paypal.sdk.models.CaptureStatus;
import com.paypal.sdk.models.CheckoutPaymentIntent;
import com.paypal.sdk.models.LinkDescription;
import com.paypal.sdk.models.Order;
import com.paypal.sdk.models.OrderStatus;
import com.paypal.sdk.models.OrdersCapture;
import com.paypal.sdk.models.PaymentCollection;
import com.paypal.sdk.models.PurchaseUnit;
import com.paypal.sdk.models.Refund;
import com.paypal.sdk.models.RefundStatus;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentOutcome;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What an order of PayPal's says, in the host's terms. An order that is COMPLETED is not money yet:
 * its captures are. A state that the library does not know reads as null there and as unknown here.
 */
final class OrderView {

    private final Order order;
    private final Site site;
    private final PurchaseUnit unit;
    private final List<OrdersCapture> captures;
    private final List<AuthorizationWithAdditionalData> authorizations;
    private final List<Refund> refunds;

    /**
     * @throws coop.minga.plugin.api.ProviderException {@code UNAVAILABLE} when it makes no sense
     */
    OrderView(Order order, Site site) {
        this.order = order;
        this.site = site;
        List<PurchaseUnit> units = orEmpty(order.getPurchaseUnits());
        if (units.size() != 1 || order.getId() == null || units.getFirst().getAmount() == null) {
            throw Api.nonsense(null);
        }
        this.unit = units.getFirst();
        PaymentCollection payments =
                Objects.requireNonNullElseGet(unit.getPayments(), PaymentCollection::new);
        this.captures = orEmpty(payments.getCaptures());
        this.authorizations = orEmpty(payments.getAuthorizations());
        this.refunds = orEmpty(payments.getRefunds());
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    String id() {
        return order.getId();
    }

    /** Approved by the payer, and nothing reserved or taken yet. */
    boolean isAgreed() {
        return order.getStatus() == OrderStatus.APPROVED
                && captures.isEmpty()
                && authorizations.isEmpty();
    }

    boolean reservesFirst() {
        return order.getIntent() == CheckoutPaymentIntent.AUTHORIZE;
    }

    boolean isOpen() {
        return captures.isEmpty() && authorizations.isEmpty();
    }

    /** Changes when the payer does something. */
    String updated() {
        return Objects.requireNonNullElse(
                order.getUpdateTime(), Objects.requireNonNullElse(order.getCreateTime(), ""));
    }

    Optional<String> authorization() {
        return authorizations.stream()
                .map(AuthorizationWithAdditionalData::getId)
                .filter(Objects::nonNull)
                .reduce((first, last) -> last);
    }

    /** The capture that brought money in. */
    Optional<String> capture() {
        return captures.stream().filter(OrderView::tookMoney).map(OrdersCapture::getId).findFirst();
    }

    Optional<Refund> refund(String customId) {
        return refunds.stream().filter(refund -> customId.equals(refund.getCustomId())).findFirst();
    }

    Money amount() {
        return read(unit.getAmount().getCurrencyCode(), unit.getAmount().getValue());
    }

    Money captured() {
        return captures.stream()
                .filter(OrderView::tookMoney)
                .map(capture -> money(capture.getAmount()))
                .reduce(Money::plus)
                .orElseGet(() -> Money.zero(amount().asset()));
    }

    Money refunded() {
        return refunds.stream()
                .filter(refund ->
                        refund.getStatus() != RefundStatus.FAILED
                                && refund.getStatus() != RefundStatus.CANCELLED)
                .map(refund -> money(refund.getAmount()))
                .reduce(Money::plus)
                .orElseGet(() -> Money.zero(amount().asset()));
    }

    private static boolean tookMoney(OrdersCapture capture) {
        return capture.getStatus() == CaptureStatus.COMPLETED
                || capture.getStatus() == CaptureStatus.PARTIALLY_REFUNDED
                || capture.getStatus() == CaptureStatus.REFUNDED;
    }

    /** Ours, as we wrote it; empty when PayPal has lost it. */
    Reference reference() {
        return Reference.read(unit.getCustomId());
    }

    /** PayPal's id of whoever receives the money. */
    String account() {
        return unit.getPayee() == null
                ? ""
                : Objects.requireNonNullElse(unit.getPayee().getMerchantId(), "");
    }

    Payment payment() {
        return payment(outcome());
    }

    Payment payment(PaymentOutcome outcome) {
        try {
            Payment payment =
                    Payment.of(
                                    new PaymentHandle(id()),
                                    reference().payment(),
                                    mode(),
                                    amount(),
                                    outcome)
                            .withCaptured(captured())
                            .withRefunded(refunded())
                            .withAccount(account())
                            .withMethod("PayPal");
            return created().map(payment::withCreatedAt).orElse(payment);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw Api.nonsense(e);
        }
    }

    private PaymentOutcome outcome() {
        if (!captures.isEmpty()) {
            return captured().isPositive() ? PaymentOutcome.succeeded() : of(captures.getLast());
        }
        if (!authorizations.isEmpty()) {
            return of(authorizations.getLast());
        }
        return switch (order.getStatus()) {
            case CREATED, SAVED, PAYER_ACTION_REQUIRED -> toPage();
            case APPROVED -> PaymentOutcome.authorized();
            case VOIDED -> PaymentOutcome.declined(DeclineReason.CANCELED_BY_HOST);
            case COMPLETED, _UNKNOWN -> PaymentOutcome.unknown();
            case null -> PaymentOutcome.unknown();
        };
    }

    private static PaymentOutcome of(OrdersCapture capture) {
        return switch (capture.getStatus()) {
            case PENDING -> PaymentOutcome.pending();
            case DECLINED -> PaymentOutcome.declined(DeclineReason.FUNDING_SOURCE_DECLINED);
            case FAILED -> PaymentOutcome.declined(DeclineReason.SETTLEMENT_FAILED);
            case COMPLETED, PARTIALLY_REFUNDED, REFUNDED, _UNKNOWN -> PaymentOutcome.unknown();
            case null -> PaymentOutcome.unknown();
        };
    }

    private static PaymentOutcome of(AuthorizationWithAdditionalData authorization) {
        AuthorizationStatus status = authorization.getStatus();
        return switch (status) {
            case CREATED ->
                    instant(authorization.getExpirationTime())
                            .map(PaymentOutcome::authorizedUntil)
                            .orElseGet(PaymentOutcome::authorized);
            case PENDING -> PaymentOutcome.pending();
            case DENIED -> PaymentOutcome.declined(DeclineReason.FUNDING_SOURCE_DECLINED);
            case VOIDED -> PaymentOutcome.declined(DeclineReason.CANCELED_BY_HOST);
            case CAPTURED, PARTIALLY_CAPTURED, _UNKNOWN -> PaymentOutcome.unknown();
            case null -> PaymentOutcome.unknown();
        };
    }

    /** Where the payer agrees; only on PayPal's own pages. */
    PaymentOutcome toPage() {
        return orEmpty(order.getLinks()).stream()
                .filter(link ->
                        "payer-action".equals(link.getRel()) || "approve".equals(link.getRel()))
                .map(LinkDescription::getHref)
                .flatMap(href -> page(href).stream())
                .findFirst()
                .map(PaymentOutcome::redirect)
                .orElseGet(PaymentOutcome::unknown);
    }

    private Optional<URI> page(String href) {
        try {
            URI url = URI.create(href);
            return "https".equals(url.getScheme())
                            && url.getUserInfo() == null
                            && url.getHost() != null
                            && site.pages().contains(url.getHost())
                    ? Optional.of(url)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Mode mode() {
        return orEmpty(order.getLinks()).stream()
                .map(LinkDescription::getHref)
                .filter(Objects::nonNull)
                .flatMap(href -> Site.modeOf(href).stream())
                .findFirst()
                .orElse(site.mode());
    }

    Optional<Instant> created() {
        return instant(order.getCreateTime());
    }

    private static Optional<Instant> instant(@Nullable String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    static Money money(com.paypal.sdk.models.@Nullable Money money) {
        if (money == null) {
            throw Api.nonsense(null);
        }
        return read(money.getCurrencyCode(), money.getValue());
    }

    private static Money read(String currency, String value) {
        try {
            return Cash.read(currency, value);
        } catch (IllegalArgumentException e) {
            throw Api.nonsense(e);
        }
    }
}
