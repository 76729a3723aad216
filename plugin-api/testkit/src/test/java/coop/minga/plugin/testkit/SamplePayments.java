package coop.minga.plugin.testkit;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.Ability;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Dispute;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.Disputes;
import coop.minga.plugin.api.payment.Evidence;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.PaymentProviderFactory;
import coop.minga.plugin.api.payment.Payout;
import coop.minga.plugin.api.payment.PayoutHandle;
import coop.minga.plugin.api.payment.PayoutRequest;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.Recipient;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RecipientRequest;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.api.payment.SavedMethod;
import coop.minga.plugin.api.payment.SavedMethods;
import coop.minga.plugin.api.payment.SetupHandle;
import coop.minga.plugin.api.payment.SetupRequest;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A payment provider with its vendor in memory, right in everything but one chosen defect. */
final class SamplePayments implements PaymentProviderFactory {

    enum Defect {
        NONE,
        FORGETS_KEYS,
        RACES,
        IGNORES_INPUTS,
        FORGETS_ON_CLOSE,
        TAKES_ANY_AMOUNT,
        MIXES_MODES,
        CAPTURES_EARLY,
        CAPTURES_TWICE,
        REFUNDS_TOO_MUCH,
        REFUNDS_IN_A_RACE,
        LISTS_FOREIGN,
        BELIEVES_ANYBODY,
        BELIEVES_OLD_NEWS,
        THROWS_ON_GARBAGE,
        WORKS_WITHOUT_A_SECRET,
        STARTS_FOR_STRANGERS,
        LOGS_PAYERS,
        HIDES_A_CAPABILITY,
        CHARGES_WHAT_IS_REMOVED,
        PAYS_TWICE,
        SWALLOWS_INTERRUPTS,
    }

    /** What the vendor has: shared by every provider on its account. */
    static final class Vendor {
        final Map<String, Made> payments = new LinkedHashMap<>();
        private final Map<String, Given> refunds = new LinkedHashMap<>();
        private final Map<String, MethodSetup> setups = new LinkedHashMap<>();
        private final Map<String, String> setupKeys = new LinkedHashMap<>();
        private final Map<String, Sent> payouts = new LinkedHashMap<>();
        private final Map<String, Dispute> disputes = new LinkedHashMap<>();
        private int numbers;

        synchronized int made(String reference) {
            return (int)
                    payments.values().stream()
                            .filter(made -> made.intent.reference().equals(reference))
                            .count();
        }

        synchronized void settle(PaymentHandle handle, PaymentOutcome outcome) {
            Made made = payments.get(handle.value());
            if (outcome instanceof PaymentOutcome.Succeeded
                    && made.intent.capture() == PaymentIntent.Capture.LATER) {
                made.outcome = PaymentOutcome.authorized();
            } else {
                made.outcome = outcome;
                made.captured =
                        outcome instanceof PaymentOutcome.Succeeded
                                ? made.intent.amount()
                                : made.captured;
            }
        }

        synchronized void save(SetupHandle handle) {
            setups.put(
                    handle.value(),
                    MethodSetup.saved(
                            handle,
                            Mode.TEST,
                            SavedMethod.of(
                                    new MethodHandle("m-" + handle.value()), "Visa •••• 4242")));
        }

        synchronized DisputeHandle dispute(Payment payment) {
            DisputeHandle handle = new DisputeHandle("d" + numbers++);
            disputes.put(
                    handle.value(),
                    Dispute.of(
                            handle,
                            payment.handle(),
                            Mode.TEST,
                            payment.captured(),
                            Dispute.State.NEEDS_ANSWER,
                            Dispute.Reason.FRAUDULENT,
                            Instant.now()));
            return handle;
        }
    }

    /** A payment in the vendor's books. */
    static final class Made {
        private final String host;
        private final IdempotencyKey key;
        private final PaymentIntent intent;
        private final PaymentHandle handle;
        private final Instant at = Instant.now();
        private PaymentOutcome outcome =
                PaymentOutcome.redirect(URI.create("https://pay.example/checkout"));
        private Money captured;
        private Money refunded;

        private Made(String host, IdempotencyKey key, PaymentIntent intent, PaymentHandle handle) {
            this.host = host;
            this.key = key;
            this.intent = intent;
            this.handle = handle;
            this.captured = Money.zero(intent.amount().asset());
            this.refunded = Money.zero(intent.amount().asset());
        }
    }

    private record Given(String host, RefundRequest request, Refund refund) {}

    private record Sent(PayoutRequest request, Payout payout) {}

    private final Defect defect;
    private final Vendor vendor;

    SamplePayments(Defect defect, Vendor vendor) {
        this.defect = defect;
        this.vendor = vendor;
    }

    @Override
    public ProviderDescriptor descriptor() {
        ProviderDescriptor descriptor =
                ProviderDescriptor.of(
                                "sample-pay",
                                Kind.PAYMENT,
                                Text.of("Sample"),
                                Text.of("Payments in memory", "Pagos en memoria"))
                        .withSchema(
                                ConfigSchema.of(
                                        Field.of("api_key", FieldType.secret(), Text.of("Key"))
                                                .needed(),
                                        Field.of(
                                                "hook_secret",
                                                FieldType.secret(),
                                                Text.of("Webhook secret"))));
        return defect == Defect.HIDES_A_CAPABILITY
                ? descriptor.withCapabilities(Ability.AUTHORIZE, Ability.PAYOUTS, Ability.DISPUTES)
                : descriptor.withCapabilities(
                        Ability.AUTHORIZE,
                        Ability.PAYOUTS,
                        Ability.DISPUTES,
                        Ability.SAVED_METHODS);
    }

    @Override
    public PaymentProvider open(ProviderContext context, ProviderConfig config) {
        return new Sample(
                context, config.text("api_key"), config.optionalText("hook_secret").orElse(""));
    }

    static RawRequest signed(String secret, String id, PaymentHandle payment, Instant at) {
        String body = "{\"id\":\"" + id + "\",\"payment\":\"" + payment.value() + "\"}";
        return new RawRequest(
                "POST",
                "",
                "",
                Map.of(
                        "sample-signature",
                        List.of(
                                "t="
                                        + at.getEpochSecond()
                                        + ",v1="
                                        + mac(secret, at.getEpochSecond() + "." + body))),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static String mac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Sample implements PaymentProvider, SavedMethods, Payouts, Disputes {

        private static final Pattern SIGNATURE = Pattern.compile("t=(\\d{1,12}),v1=([0-9a-f]{64})");
        private static final Pattern BODY =
                Pattern.compile("\\{\"id\":\"([^\"]+)\",\"payment\":\"([^\"]+)\"}");

        private final ProviderContext context;
        private final String apiKey;
        private final String hookSecret;

        Sample(ProviderContext context, String apiKey, String hookSecret) {
            this.context = context;
            this.apiKey = apiKey;
            this.hookSecret = hookSecret;
        }

        private void authenticate() {
            if (apiKey.startsWith("wrong") && defect != Defect.STARTS_FOR_STRANGERS) {
                throw new ProviderException(Code.UNAUTHENTICATED, "The key is refused");
            }
        }

        private void swallow() {
            if (defect == Defect.SWALLOWS_INTERRUPTS) {
                Thread.interrupted();
            }
        }

        @Override
        public ProbeResult probe(Call call) {
            if (apiKey.startsWith("wrong")) {
                throw new ProviderException(Code.UNAUTHENTICATED, "The key is refused");
            }
            Text name = Text.of("Webhook secret", "Secreto de webhooks");
            return ProbeResult.of(
                    List.of(
                            hookSecret.isEmpty()
                                    ? ProbeResult.Check.failed(
                                            name, "none", Text.of("Set it", "Ponlo"))
                                    : ProbeResult.Check.passed(name, "set")));
        }

        @Override
        public Mode mode() {
            return Mode.TEST;
        }

        @Override
        public List<AmountRange> accepts() {
            return List.of(AmountRange.of(Asset.USD, 50, 1_000_000));
        }

        @Override
        public HookCheck hookCheck() {
            return HookCheck.IN_REQUEST;
        }

        @Override
        public Payment start(Call call, PaymentIntent intent) {
            authenticate();
            if (defect == Defect.LOGS_PAYERS) {
                context.logger().info("for {}", intent.payer().email());
            }
            if (intent.mode() != Mode.TEST && defect != Defect.MIXES_MODES) {
                throw new ProviderException(Code.INVALID_REQUEST, "This is a test account");
            }
            if (defect != Defect.TAKES_ANY_AMOUNT
                    && accepts().stream().noneMatch(range -> range.holds(intent.amount()))) {
                throw new ProviderException(Code.INVALID_REQUEST, "Not an amount taken here");
            }
            if (defect == Defect.RACES) {
                Optional<Made> there = byKey(call.key());
                pause();
                synchronized (vendor) {
                    return seen(there.orElseGet(() -> add(call.key(), intent)));
                }
            }
            synchronized (vendor) {
                Optional<Made> there =
                        defect == Defect.FORGETS_KEYS ? Optional.empty() : byKey(call.key());
                if (there.isPresent()
                        && !there.get().intent.equals(intent)
                        && defect != Defect.IGNORES_INPUTS) {
                    throw new ProviderException(Code.IDEMPOTENCY_MISMATCH, "Another payment");
                }
                return seen(there.orElseGet(() -> add(call.key(), intent)));
            }
        }

        private void pause() {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private Made add(IdempotencyKey key, PaymentIntent intent) {
            PaymentHandle handle = new PaymentHandle("p" + vendor.numbers++);
            Made made = new Made(context.hostId(), key, intent, handle);
            if (defect == Defect.CAPTURES_EARLY) {
                made.outcome = PaymentOutcome.succeeded();
                made.captured = intent.amount();
            }
            vendor.payments.put(handle.value(), made);
            return made;
        }

        private Optional<Made> byKey(IdempotencyKey key) {
            synchronized (vendor) {
                return vendor.payments.values().stream()
                        .filter(made -> made.host.equals(context.hostId()) && made.key.equals(key))
                        .findFirst();
            }
        }

        private Made made(PaymentHandle handle) {
            Made made = vendor.payments.get(handle.value());
            if (made == null) {
                throw new ProviderException(Code.NOT_FOUND, "No such payment");
            }
            return made;
        }

        private Payment seen(Made made) {
            return Payment.of(
                            made.handle,
                            made.intent.reference(),
                            Mode.TEST,
                            made.intent.amount(),
                            made.outcome)
                    .withKey(made.key)
                    .withCaptured(made.captured)
                    .withRefunded(made.refunded)
                    .withCreatedAt(made.at);
        }

        @Override
        public Payment capture(Call call, PaymentHandle handle, Money amount) {
            synchronized (vendor) {
                Made made = made(handle);
                boolean again =
                        made.outcome instanceof PaymentOutcome.Succeeded
                                && defect != Defect.CAPTURES_TWICE;
                if (again) {
                    return seen(made);
                }
                if (!(made.outcome instanceof PaymentOutcome.Authorized)
                        && !(made.outcome instanceof PaymentOutcome.Succeeded)) {
                    throw new ProviderException(Code.CONFLICT, "Nothing is authorized");
                }
                if (amount.compareTo(made.intent.amount()) > 0) {
                    throw new ProviderException(Code.INVALID_REQUEST, "More than authorized");
                }
                made.captured = made.captured.plus(amount);
                made.outcome = PaymentOutcome.succeeded();
                return seen(made);
            }
        }

        @Override
        public Payment cancel(Call call, PaymentHandle handle) {
            synchronized (vendor) {
                Made made = made(handle);
                if (!(made.outcome instanceof PaymentOutcome.Succeeded)) {
                    made.outcome = PaymentOutcome.declined(DeclineReason.CANCELED_BY_HOST);
                }
                return seen(made);
            }
        }

        @Override
        public Refund refund(Call call, RefundRequest request) {
            Money before;
            synchronized (vendor) {
                Given there = vendor.refunds.get(call.key().value());
                if (there != null) {
                    if (!there.request().equals(request)) {
                        throw new ProviderException(Code.IDEMPOTENCY_MISMATCH, "Another refund");
                    }
                    return there.refund();
                }
                before = made(request.payment()).refunded;
            }
            if (defect == Defect.REFUNDS_IN_A_RACE) {
                pause();
            }
            synchronized (vendor) {
                Given there = vendor.refunds.get(call.key().value());
                if (there != null) {
                    return there.refund();
                }
                Made made = made(request.payment());
                Money already = defect == Defect.REFUNDS_IN_A_RACE ? before : made.refunded;
                Money after = already.plus(request.amount());
                RefundOutcome outcome = RefundOutcome.succeeded();
                if (made.captured.isZero()) {
                    outcome = RefundOutcome.declined(RefundOutcome.Reason.NOT_CAPTURED);
                } else if (after.compareTo(made.captured) > 0
                        && defect != Defect.REFUNDS_TOO_MUCH) {
                    outcome = RefundOutcome.declined(RefundOutcome.Reason.EXCEEDS_PAYMENT);
                } else {
                    made.refunded = made.refunded.plus(request.amount());
                }
                Refund refund =
                        Refund.of(
                                        new RefundHandle("r" + vendor.numbers++),
                                        request.payment(),
                                        request.amount(),
                                        outcome)
                                .withKey(call.key());
                vendor.refunds.put(
                        call.key().value(), new Given(context.hostId(), request, refund));
                return refund;
            }
        }

        @Override
        public Optional<Payment> find(Call call, IdempotencyKey key) {
            swallow();
            return byKey(key).map(this::seen);
        }

        @Override
        public Optional<Refund> findRefund(Call call, IdempotencyKey key) {
            synchronized (vendor) {
                return Optional.ofNullable(vendor.refunds.get(key.value())).map(Given::refund);
            }
        }

        @Override
        public Payment observe(Call call, PaymentHandle handle) {
            swallow();
            synchronized (vendor) {
                return seen(made(handle));
            }
        }

        @Override
        public Refund observeRefund(Call call, RefundHandle handle) {
            synchronized (vendor) {
                return vendor.refunds.values().stream()
                        .map(Given::refund)
                        .filter(refund -> refund.handle().equals(handle))
                        .findFirst()
                        .orElseThrow(() -> new ProviderException(Code.NOT_FOUND, "No such refund"));
            }
        }

        @Override
        public HookResult verifyAndParse(Call call, RawRequest request) {
            if (hookSecret.isEmpty() && defect != Defect.WORKS_WITHOUT_A_SECRET) {
                throw new ProviderException(Code.MISCONFIGURED, "There is no webhook secret");
            }
            String header = request.header("sample-signature").orElse("");
            if (defect == Defect.THROWS_ON_GARBAGE) {
                header = header.substring(2);
            }
            Matcher signature = SIGNATURE.matcher(header);
            Matcher body = BODY.matcher(new String(request.body(), StandardCharsets.UTF_8));
            if (defect != Defect.BELIEVES_ANYBODY) {
                if (!signature.matches()) {
                    return HookResult.refused(HookResult.Reason.NO_SIGNATURE);
                }
                String text =
                        signature.group(1)
                                + "."
                                + new String(request.body(), StandardCharsets.UTF_8);
                if (hookSecret.isEmpty() || !mac(hookSecret, text).equals(signature.group(2))) {
                    return HookResult.refused(HookResult.Reason.WRONG_SIGNATURE);
                }
                Instant at = Instant.ofEpochSecond(Long.parseLong(signature.group(1)));
                Duration off = Duration.between(at, context.clock().instant()).abs();
                if (off.compareTo(Duration.ofMinutes(5)) > 0
                        && defect != Defect.BELIEVES_OLD_NEWS) {
                    return HookResult.refused(HookResult.Reason.STALE);
                }
            }
            if (!body.find()) {
                return HookResult.refused(HookResult.Reason.MALFORMED);
            }
            return HookResult.verified(
                    HookEvent.ofPayment(
                            body.group(1),
                            "payment.changed",
                            new PaymentHandle(body.group(2)),
                            Mode.TEST,
                            Instant.EPOCH));
        }

        @Override
        public Page<Payment> list(Call call, Instant since, Page.Token token) {
            swallow();
            synchronized (vendor) {
                List<Payment> items = new ArrayList<>();
                for (Made made : vendor.payments.values()) {
                    if ((made.host.equals(context.hostId()) || defect == Defect.LISTS_FOREIGN)
                            && made.captured.isPositive()
                            && !made.at.isBefore(since)) {
                        items.add(seen(made));
                    }
                }
                return Page.last(items);
            }
        }

        @Override
        public MethodSetup setup(Call call, SetupRequest request) {
            synchronized (vendor) {
                String id =
                        vendor.setupKeys.computeIfAbsent(
                                call.key().value(), _ -> "s" + vendor.numbers++);
                return vendor.setups.computeIfAbsent(
                        id,
                        _ ->
                                MethodSetup.requires(
                                        new SetupHandle(id),
                                        Mode.TEST,
                                        new PaymentOutcome.Action.ClientToken("t0ken")));
            }
        }

        @Override
        public Optional<MethodSetup> findSetup(Call call, IdempotencyKey key) {
            synchronized (vendor) {
                return Optional.ofNullable(vendor.setupKeys.get(key.value()))
                        .map(vendor.setups::get);
            }
        }

        @Override
        public MethodSetup observeSetup(Call call, SetupHandle handle) {
            synchronized (vendor) {
                return Optional.ofNullable(vendor.setups.get(handle.value()))
                        .orElseThrow(() -> new ProviderException(Code.NOT_FOUND, "No such setup"));
            }
        }

        @Override
        public Payment charge(Call call, PaymentIntent intent, MethodHandle method) {
            Payment payment = start(call, intent);
            synchronized (vendor) {
                boolean there = vendor.setups.containsKey(method.value().substring(2));
                vendor.settle(
                        payment.handle(),
                        there || defect == Defect.CHARGES_WHAT_IS_REMOVED
                                ? PaymentOutcome.succeeded()
                                : PaymentOutcome.declined(DeclineReason.METHOD_GONE));
                return seen(made(payment.handle()));
            }
        }

        @Override
        public void remove(Call call, MethodHandle method) {
            synchronized (vendor) {
                vendor.setups.remove(method.value().substring(2));
            }
        }

        @Override
        public Recipient enroll(Call call, RecipientRequest request) {
            return Recipient.payable(new RecipientHandle(request.reference()));
        }

        @Override
        public Recipient observeRecipient(Call call, RecipientHandle handle) {
            return Recipient.payable(handle);
        }

        @Override
        public Payout pay(Call call, PayoutRequest request) {
            synchronized (vendor) {
                Sent there = vendor.payouts.get(call.key().value());
                if (there != null && defect != Defect.PAYS_TWICE) {
                    if (!there.request().equals(request)) {
                        throw new ProviderException(Code.IDEMPOTENCY_MISMATCH, "Another payout");
                    }
                    return there.payout();
                }
                Payout payout =
                        Payout.of(
                                new PayoutHandle("o" + vendor.numbers++),
                                Mode.TEST,
                                request.amount(),
                                Payout.State.PAID);
                vendor.payouts.put(call.key().value(), new Sent(request, payout));
                return payout;
            }
        }

        @Override
        public Optional<Payout> findPayout(Call call, IdempotencyKey key) {
            synchronized (vendor) {
                return Optional.ofNullable(vendor.payouts.get(key.value())).map(Sent::payout);
            }
        }

        @Override
        public Payout observePayout(Call call, PayoutHandle handle) {
            synchronized (vendor) {
                return vendor.payouts.values().stream()
                        .map(Sent::payout)
                        .filter(payout -> payout.handle().equals(handle))
                        .findFirst()
                        .orElseThrow(() -> new ProviderException(Code.NOT_FOUND, "No such payout"));
            }
        }

        @Override
        public Dispute observeDispute(Call call, DisputeHandle handle) {
            synchronized (vendor) {
                return Optional.ofNullable(vendor.disputes.get(handle.value()))
                        .orElseThrow(
                                () -> new ProviderException(Code.NOT_FOUND, "No such dispute"));
            }
        }

        @Override
        public Page<Dispute> listDisputes(Call call, Instant since, Page.Token token) {
            synchronized (vendor) {
                return Page.last(List.copyOf(vendor.disputes.values()));
            }
        }

        @Override
        public Dispute answer(Call call, DisputeHandle handle, Evidence evidence, boolean submit) {
            synchronized (vendor) {
                Dispute now = observeDispute(call, handle);
                if (now.state() != Dispute.State.NEEDS_ANSWER) {
                    throw new ProviderException(Code.CONFLICT, "Answered already");
                }
                return submit ? in(now, Dispute.State.UNDER_REVIEW) : now;
            }
        }

        @Override
        public Dispute accept(Call call, DisputeHandle handle) {
            synchronized (vendor) {
                return in(observeDispute(call, handle), Dispute.State.LOST);
            }
        }

        private Dispute in(Dispute dispute, Dispute.State state) {
            Dispute next =
                    Dispute.of(
                            dispute.handle(),
                            dispute.payment(),
                            dispute.mode(),
                            dispute.amount(),
                            state,
                            dispute.reason(),
                            dispute.openedAt());
            vendor.disputes.put(dispute.handle().value(), next);
            return next;
        }

        @Override
        public void close() {
            if (defect == Defect.FORGETS_ON_CLOSE) {
                synchronized (vendor) {
                    vendor.payments.clear();
                }
            }
        }
    }
}
