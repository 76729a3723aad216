package coop.minga.platform.payments;

import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.HookCheck;
import coop.minga.plugin.api.payment.HookResult;
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
import coop.minga.plugin.api.payment.StaffApproval;
import coop.minga.plugin.api.payment.StatementImport;
import coop.minga.plugin.api.payment.StatementLine;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The moody vendor behind a counter: a person says what came, or a list of handles. */
final class CounterVendor implements Vendors {

    final MoodyVendor vendor = new MoodyVendor();

    @Override
    public List<Vendor> all() {
        return vendor.all();
    }

    @Override
    public String absence(String name) {
        return vendor.absence(name);
    }

    @Override
    public <T> Outcome<T> call(String name, Ask ask, BiFunction<PaymentProvider, Call, T> work) {
        return vendor.call(name, ask, (provider, call) -> work.apply(new Clerk(provider), call));
    }

    private final class Clerk implements PaymentProvider, StaffApproval, StatementImport {

        private final PaymentProvider behind;

        private Clerk(PaymentProvider behind) {
            this.behind = behind;
        }

        @Override
        public Payment confirm(Call call, PaymentHandle handle, Money received, String note) {
            Payment now = behind.observe(call, handle);
            if (!now.amount().equals(received)) {
                throw new ProviderException(Code.INVALID_REQUEST, "another amount");
            }
            if (now.outcome() instanceof PaymentOutcome.Declined) {
                throw new ProviderException(Code.CONFLICT, "given up");
            }
            vendor.becomes(handle, PaymentOutcome.succeeded());
            return behind.observe(call, handle);
        }

        @Override
        public Payment reject(Call call, PaymentHandle handle, String note) {
            vendor.becomes(handle, PaymentOutcome.declined(DeclineReason.REFUSED_BY_PROVIDER));
            return behind.observe(call, handle);
        }

        @Override
        public Refund confirmRefund(Call call, RefundHandle handle, String note) {
            Refund seen = behind.observeRefund(call, handle);
            return Refund.of(
                    seen.handle(), seen.payment(), seen.amount(), RefundOutcome.succeeded());
        }

        /** Each line is a handle. */
        @Override
        public List<StatementLine> take(Call call, byte[] statement) {
            return new String(statement, StandardCharsets.UTF_8)
                    .lines()
                    .map(text -> {
                        PaymentHandle handle = new PaymentHandle(text);
                        Money amount = behind.observe(call, handle).amount();
                        confirm(call, handle, amount, "statement");
                        return StatementLine.of(1, text, StatementLine.Verdict.PAID)
                                .withAmount(amount)
                                .withPayment(handle);
                    })
                    .toList();
        }

        @Override
        public ProbeResult probe(Call call) {
            return behind.probe(call);
        }

        @Override
        public Mode mode() {
            return behind.mode();
        }

        @Override
        public List<AmountRange> accepts() {
            return behind.accepts();
        }

        @Override
        public HookCheck hookCheck() {
            return behind.hookCheck();
        }

        @Override
        public Payment start(Call call, PaymentIntent intent) {
            return behind.start(call, intent);
        }

        @Override
        public Payment capture(Call call, PaymentHandle handle, Money amount) {
            return behind.capture(call, handle, amount);
        }

        @Override
        public Payment cancel(Call call, PaymentHandle handle) {
            return behind.cancel(call, handle);
        }

        @Override
        public Refund refund(Call call, RefundRequest request) {
            return behind.refund(call, request);
        }

        @Override
        public Optional<Payment> find(Call call, IdempotencyKey key) {
            return behind.find(call, key);
        }

        @Override
        public Optional<Refund> findRefund(Call call, IdempotencyKey key) {
            return behind.findRefund(call, key);
        }

        @Override
        public Payment observe(Call call, PaymentHandle handle) {
            return behind.observe(call, handle);
        }

        @Override
        public Refund observeRefund(Call call, RefundHandle handle) {
            return behind.observeRefund(call, handle);
        }

        @Override
        public HookResult verifyAndParse(Call call, RawRequest request) {
            return behind.verifyAndParse(call, request);
        }

        @Override
        public Page<Payment> list(Call call, Instant since, Page.Token token) {
            return behind.list(call, since, token);
        }

        @Override
        public void close() {
            behind.close();
        }
    }
}
