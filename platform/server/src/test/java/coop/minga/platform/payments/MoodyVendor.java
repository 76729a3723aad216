package coop.minga.platform.payments;

import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.DeclineReason;
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
import java.time.Instant;
import java.time.YearMonth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** A provider with a vendor behind it that keeps books, and answers, loses, hangs or lies. */
final class MoodyVendor implements Vendors {

    static final String NAME = "moody";
    static final String GOOD = "good-signature";

    /** How the next call of an operation goes. */
    enum Mood {
        /** Does it, and the answer is lost. */
        LOSES_THE_ANSWER,
        /** Does nothing, and nobody hears. */
        LOSES_THE_QUESTION,
        /** Cannot be reached, and everybody knows. */
        DOWN,
        /** Says that the request is wrong. */
        REFUSES,
        /** Does not take our credentials. */
        LOCKED
    }

    private static final class Made {
        private final IdempotencyKey key;
        private final PaymentIntent intent;
        private final PaymentHandle handle;
        private PaymentOutcome outcome =
                PaymentOutcome.redirect(URI.create("https://pay.example/c"));
        private Money captured;
        private Money refunded;

        private Made(IdempotencyKey key, PaymentIntent intent, PaymentHandle handle) {
            this.key = key;
            this.intent = intent;
            this.handle = handle;
            this.captured = Money.zero(intent.amount().asset());
            this.refunded = Money.zero(intent.amount().asset());
        }
    }

    final Map<String, Mood> moods = new ConcurrentHashMap<>();
    final AtomicInteger starts = new AtomicInteger();
    volatile UnaryOperator<Payment> lie = UnaryOperator.identity();
    volatile RefundOutcome refundOutcome = RefundOutcome.succeeded();
    volatile HookCheck hookCheck = HookCheck.IN_REQUEST;
    volatile boolean takesWork = true;
    volatile boolean hasSecret = true;
    volatile boolean stumbles;
    volatile PaymentOutcome chargeOutcome = PaymentOutcome.succeeded();
    private final Map<IdempotencyKey, SetupHandle> setups = new LinkedHashMap<>();
    private final Map<SetupHandle, String> cards = new LinkedHashMap<>();
    private final PaymentProvider provider = new Till();
    private final Map<PaymentHandle, Made> payments = new LinkedHashMap<>();
    private final Map<IdempotencyKey, Refund> refunds = new LinkedHashMap<>();

    @Override
    public List<Vendor> all() {
        return List.of(new Vendor(NAME, Text.of("Moody"), takesWork));
    }

    @Override
    public String absence(String name) {
        return "waits for " + name;
    }

    @Override
    public <T> Outcome<T> call(String name, Ask ask, BiFunction<PaymentProvider, Call, T> work) {
        Call call = new Call(Instant.MAX, ask.traceId(), ask.actor(), ask.key());
        Mood mood = moods.remove(ask.operation());
        if (mood != null) {
            switch (mood) {
                case LOSES_THE_ANSWER -> {
                    work.apply(provider, call);
                    return new Outcome.Unknown<>(Text.of("no answer in time"));
                }
                case LOSES_THE_QUESTION -> {
                    return new Outcome.Unknown<>(Text.of("no answer in time"));
                }
                case DOWN -> {
                    return new Outcome.Failed<>(
                            Code.UNAVAILABLE, Text.of("down"), Optional.empty(), false);
                }
                case REFUSES -> {
                    return new Outcome.Failed<>(
                            Code.INVALID_REQUEST, Text.of("raw words"), Optional.empty(), true);
                }
                case LOCKED -> {
                    return new Outcome.Failed<>(
                            Code.UNAUTHENTICATED, Text.of("raw words"), Optional.empty(), true);
                }
            }
        }
        try {
            return new Outcome.Done<>(work.apply(provider, call));
        } catch (ProviderException e) {
            return new Outcome.Failed<>(e.code(), Text.of("raw words"), Optional.empty(), true);
        } catch (RuntimeException e) {
            return new Outcome.Failed<>(
                    Code.INTERNAL, Text.of("raw words"), Optional.empty(), true);
        }
    }

    /** What the payer does, or the bank. */
    synchronized void becomes(PaymentHandle handle, PaymentOutcome outcome) {
        Made made = payments.get(handle);
        made.outcome = outcome;
        made.captured =
                outcome instanceof PaymentOutcome.Succeeded ? made.intent.amount() : made.captured;
    }

    synchronized PaymentHandle only(String reference) {
        List<PaymentHandle> made =
                payments.values().stream()
                        .filter(each -> each.intent.reference().equals(reference))
                        .map(each -> each.handle)
                        .toList();
        if (made.size() != 1) {
            throw new AssertionError(made.size() + " payments at the vendor for " + reference);
        }
        return made.getFirst();
    }

    /** The payer saves a card whose number ends so. */
    synchronized void saves(String reference, String card) {
        cards.put(new SetupHandle("s" + reference), card);
    }

    /** The vendor or the bank throws the cards away. */
    synchronized void losesCards() {
        cards.clear();
    }

    synchronized int cards() {
        return cards.size();
    }

    synchronized Money refunded(PaymentHandle handle) {
        return payments.get(handle).refunded;
    }

    static String hook(String event, PaymentHandle payment) {
        return event + " " + payment.value();
    }

    private final class Till implements PaymentProvider, SavedMethods {

        @Override
        public ProbeResult probe(Call call) {
            return ProbeResult.of(List.of());
        }

        @Override
        public Mode mode() {
            return Mode.TEST;
        }

        @Override
        public List<AmountRange> accepts() {
            return List.of(
                    AmountRange.of(Asset.USD, 50, 1_000_000),
                    AmountRange.of(new Asset("JPY", 0), 50, 1_000_000),
                    AmountRange.of(Asset.COIN, 1, 1_000_000));
        }

        @Override
        public HookCheck hookCheck() {
            return hookCheck;
        }

        @Override
        public Payment start(Call call, PaymentIntent intent) {
            synchronized (MoodyVendor.this) {
                starts.incrementAndGet();
                for (Made made : payments.values()) {
                    if (made.key.equals(call.key())) {
                        if (!made.intent.equals(intent)) {
                            throw new ProviderException(Code.IDEMPOTENCY_MISMATCH, "other");
                        }
                        return seen(made);
                    }
                }
                PaymentHandle handle =
                        new PaymentHandle("v" + starts.get() + "-" + intent.reference());
                Made made = new Made(call.key(), intent, handle);
                payments.put(handle, made);
                return seen(made);
            }
        }

        private Payment seen(Made made) {
            return lie.apply(
                    Payment.of(
                                    made.handle,
                                    made.intent.reference(),
                                    Mode.TEST,
                                    made.intent.amount(),
                                    made.outcome)
                            .withKey(made.key)
                            .withCaptured(made.captured)
                            .withRefunded(made.refunded)
                            .withAccount("acct_1")
                            .withMethod("Visa •••• 4242"));
        }

        private Made made(PaymentHandle handle) {
            Made made = payments.get(handle);
            if (made == null) {
                throw new ProviderException(Code.NOT_FOUND, "none");
            }
            return made;
        }

        @Override
        public Payment capture(Call call, PaymentHandle handle, Money amount) {
            synchronized (MoodyVendor.this) {
                Made made = made(handle);
                if (made.outcome instanceof PaymentOutcome.Authorized) {
                    made.captured = made.captured.plus(amount);
                    made.outcome = PaymentOutcome.succeeded();
                }
                return seen(made);
            }
        }

        @Override
        public Payment cancel(Call call, PaymentHandle handle) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Refund refund(Call call, RefundRequest request) {
            synchronized (MoodyVendor.this) {
                return refunds.computeIfAbsent(
                        call.key(),
                        key -> {
                            Made made = made(request.payment());
                            RefundOutcome outcome = refundOutcome;
                            Money after = made.refunded.plus(request.amount());
                            if (after.compareTo(made.captured) > 0) {
                                outcome =
                                        RefundOutcome.declined(
                                                RefundOutcome.Reason.EXCEEDS_PAYMENT);
                            }
                            if (!(outcome instanceof RefundOutcome.Declined)) {
                                made.refunded = after;
                            }
                            return Refund.of(
                                            new RefundHandle("r" + key),
                                            request.payment(),
                                            request.amount(),
                                            outcome)
                                    .withKey(key);
                        });
            }
        }

        @Override
        public Optional<Payment> find(Call call, IdempotencyKey key) {
            synchronized (MoodyVendor.this) {
                return payments.values().stream()
                        .filter(made -> made.key.equals(key))
                        .findFirst()
                        .map(this::seen);
            }
        }

        @Override
        public Optional<Refund> findRefund(Call call, IdempotencyKey key) {
            synchronized (MoodyVendor.this) {
                return Optional.ofNullable(refunds.get(key));
            }
        }

        @Override
        public Payment observe(Call call, PaymentHandle handle) {
            synchronized (MoodyVendor.this) {
                return seen(made(handle));
            }
        }

        @Override
        public Refund observeRefund(Call call, RefundHandle handle) {
            synchronized (MoodyVendor.this) {
                return refunds.values().stream()
                        .filter(refund -> refund.handle().equals(handle))
                        .map(refund ->
                                refund.outcome() instanceof RefundOutcome.Pending
                                        ? Refund.of(
                                                refund.handle(),
                                                refund.payment(),
                                                refund.amount(),
                                                refundOutcome)
                                        : refund)
                        .findFirst()
                        .orElseThrow(() -> new ProviderException(Code.NOT_FOUND, "none"));
            }
        }

        @Override
        public HookResult verifyAndParse(Call call, RawRequest request) {
            if (!hasSecret) {
                throw new ProviderException(Code.MISCONFIGURED, "no secret");
            }
            if (stumbles) {
                throw new NullPointerException("as some vendors' libraries do");
            }
            if (!request.header("signature").equals(Optional.of(GOOD))) {
                return HookResult.refused(HookResult.Reason.WRONG_SIGNATURE);
            }
            String[] words = new String(request.body(), StandardCharsets.UTF_8).split(" ");
            return words.length == 2
                    ? HookResult.verified(
                            HookEvent.ofPayment(
                                    words[0],
                                    "payment",
                                    new PaymentHandle(words[1]),
                                    Mode.TEST,
                                    Instant.EPOCH))
                    : HookResult.refused(HookResult.Reason.MALFORMED);
        }

        @Override
        public Page<Payment> list(Call call, Instant since, Page.Token token) {
            return Page.last(List.of());
        }

        @Override
        public void close() {}

        @Override
        public MethodSetup setup(Call call, SetupRequest request) {
            synchronized (MoodyVendor.this) {
                SetupHandle handle = new SetupHandle("s" + request.reference());
                setups.putIfAbsent(call.key(), handle);
                return seen(setups.get(call.key()));
            }
        }

        private MethodSetup seen(SetupHandle handle) {
            String card = cards.get(handle);
            return card == null
                    ? MethodSetup.requires(
                            handle,
                            Mode.TEST,
                            new PaymentOutcome.Action.Redirect(
                                    URI.create("https://pay.example/s"), Optional.empty()))
                    : MethodSetup.saved(
                            handle,
                            Mode.TEST,
                            SavedMethod.of(new MethodHandle("m" + card), "Visa •••• " + card)
                                    .withExpires(YearMonth.of(2031, 4)));
        }

        @Override
        public Optional<MethodSetup> findSetup(Call call, IdempotencyKey key) {
            synchronized (MoodyVendor.this) {
                return Optional.ofNullable(setups.get(key)).map(this::seen);
            }
        }

        @Override
        public MethodSetup observeSetup(Call call, SetupHandle handle) {
            synchronized (MoodyVendor.this) {
                return seen(handle);
            }
        }

        @Override
        public Payment charge(Call call, PaymentIntent intent, MethodHandle method) {
            synchronized (MoodyVendor.this) {
                Payment started = start(call, intent);
                Made made = made(started.handle());
                if (made.captured.isZero()) {
                    becomes(
                            made.handle,
                            cards.containsValue(method.value().substring(1))
                                    ? chargeOutcome
                                    : PaymentOutcome.declined(DeclineReason.METHOD_GONE));
                }
                return seen(made);
            }
        }

        @Override
        public void remove(Call call, MethodHandle method) {
            synchronized (MoodyVendor.this) {
                cards.values().remove(method.value().substring(1));
            }
        }
    }
}
