package coop.minga.plugins.payment.paypal;

import com.paypal.sdk.models.AmountWithBreakdown;
import com.paypal.sdk.models.AuthorizeOrderInput;
import com.paypal.sdk.models.CaptureAuthorizedPaymentInput;
import com.paypal.sdk.models.CaptureOrderInput;
import com.paypal.sdk.models.CaptureRequest;
import com.paypal.sdk.models.CheckoutPaymentIntent;
import com.paypal.sdk.models.CreateOrderInput;
import com.paypal.sdk.models.GetCapturedPaymentInput;
import com.paypal.sdk.models.GetOrderInput;
import com.paypal.sdk.models.OrderRequest;
import com.paypal.sdk.models.PayeePaymentMethodPreference;
import com.paypal.sdk.models.PaymentSource;
import com.paypal.sdk.models.PaypalExperienceUserAction;
import com.paypal.sdk.models.PaypalWallet;
import com.paypal.sdk.models.PaypalWalletContextShippingPreference;
import com.paypal.sdk.models.PaypalWalletExperienceContext;
import com.paypal.sdk.models.PurchaseUnitRequest;
import com.paypal.sdk.models.VoidPaymentInput;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Orders at PayPal: each request under an id of its own that makes it count once. */
final class Orders {

    private static final String WHOLE = "return=representation";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final Api api;
    private final Site site;
    private final Settings settings;

    Orders(Api api, Site site, Settings settings) {
        this.api = api;
        this.site = site;
        this.settings = settings;
    }

    /** An order as asked for; the same request id gives the same order. */
    OrderView create(Call call, String requestId, Asked asked) {
        PaypalWalletExperienceContext.Builder page =
                new PaypalWalletExperienceContext.Builder()
                        .returnUrl(asked.returnUrl())
                        .cancelUrl(asked.cancelUrl())
                        .locale(asked.locale())
                        .userAction(PaypalExperienceUserAction.PAY_NOW)
                        .shippingPreference(PaypalWalletContextShippingPreference.NO_SHIPPING)
                        // Nothing that settles in days: what is bought is delivered at once.
                        .paymentMethodPreference(
                                PayeePaymentMethodPreference.IMMEDIATE_PAYMENT_REQUIRED);
        settings.brand().ifPresent(page::brandName);
        Money amount = asked.amount();
        PurchaseUnitRequest unit =
                new PurchaseUnitRequest.Builder(
                                new AmountWithBreakdown.Builder(
                                                amount.asset().code(), Cash.written(amount))
                                        .build())
                        .referenceId("default")
                        .customId(asked.reference().written())
                        .invoiceId(asked.reference().payment())
                        .description(asked.description())
                        .build();
        OrderRequest request =
                new OrderRequest.Builder(
                                asked.later()
                                        ? CheckoutPaymentIntent.AUTHORIZE
                                        : CheckoutPaymentIntent.CAPTURE,
                                List.of(unit))
                        .paymentSource(
                                new PaymentSource.Builder()
                                        .paypal(
                                                new PaypalWallet.Builder()
                                                        .experienceContext(page.build())
                                                        .build())
                                        .build())
                        .build();
        CreateOrderInput input =
                new CreateOrderInput.Builder()
                        .body(request)
                        .paypalRequestId(requestId)
                        .prefer(WHOLE)
                        .build();
        return new OrderView(
                api.ask(call, client -> client.getOrdersController().createOrder(input)), site);
    }

    /**
     * The order as it stands now.
     *
     * @throws ProviderException {@code NOT_FOUND}
     */
    OrderView get(Call call, String id) {
        if (!ID.matcher(id).matches()) {
            throw notFound();
        }
        GetOrderInput input = new GetOrderInput.Builder(id).build();
        return new OrderView(
                api.ask(call, client -> client.getOrdersController().getOrder(input)), site);
    }

    /** Takes the money of an order that the payer approved. */
    void capture(Call call, String id) {
        CaptureOrderInput input =
                new CaptureOrderInput.Builder()
                        .id(id)
                        .paypalRequestId("capture-" + id)
                        .prefer(WHOLE)
                        .build();
        api.tell(call, client -> client.getOrdersController().captureOrder(input));
    }

    /** Reserves the money of an order that the payer approved. */
    void authorize(Call call, String id) {
        AuthorizeOrderInput input =
                new AuthorizeOrderInput.Builder()
                        .id(id)
                        .paypalRequestId("authorize-" + id)
                        .prefer(WHOLE)
                        .build();
        api.tell(call, client -> client.getOrdersController().authorizeOrder(input));
    }

    /** Takes what was reserved, once; the rest is released. */
    void captureReserved(Call call, String authorization, Money amount) {
        CaptureAuthorizedPaymentInput input =
                new CaptureAuthorizedPaymentInput.Builder()
                        .authorizationId(authorization)
                        .paypalRequestId("capture-" + authorization)
                        .prefer(WHOLE)
                        .body(
                                new CaptureRequest.Builder()
                                        .amount(paypal(amount))
                                        .finalCapture(true)
                                        .build())
                        .build();
        api.tell(call, client -> client.getPaymentsController().captureAuthorizedPayment(input));
    }

    /** Releases what was reserved. */
    void release(Call call, String authorization) {
        VoidPaymentInput input =
                new VoidPaymentInput.Builder(authorization)
                        .paypalRequestId("void-" + authorization)
                        .prefer(WHOLE)
                        .build();
        api.tell(call, client -> client.getPaymentsController().voidPayment(input));
    }

    /** The order that a capture belongs to. */
    String ofCapture(Call call, String capture) {
        if (!ID.matcher(capture).matches()) {
            throw notFound();
        }
        GetCapturedPaymentInput input = new GetCapturedPaymentInput.Builder(capture).build();
        var captured =
                api.ask(call, client -> client.getPaymentsController().getCapturedPayment(input));
        if (captured.getSupplementaryData() == null
                || captured.getSupplementaryData().getRelatedIds() == null
                || captured.getSupplementaryData().getRelatedIds().getOrderId() == null) {
            throw Api.nonsense(null);
        }
        return captured.getSupplementaryData().getRelatedIds().getOrderId();
    }

    static com.paypal.sdk.models.Money paypal(Money amount) {
        return new com.paypal.sdk.models.Money.Builder(amount.asset().code(), Cash.written(amount))
                .build();
    }

    static ProviderException notFound() {
        return new ProviderException(Code.NOT_FOUND, "PayPal knows no such thing");
    }

    /** BCP 47, as PayPal's pages take it. */
    static String locale(String language) {
        return language.toLowerCase(Locale.ROOT).startsWith("es") ? "es-ES" : "en-US";
    }
}
