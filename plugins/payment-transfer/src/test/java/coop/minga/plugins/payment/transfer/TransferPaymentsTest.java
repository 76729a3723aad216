package coop.minga.plugins.payment.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.payment.CheckoutForms;
import coop.minga.plugin.api.payment.CheckoutPage;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugin.api.payment.StaffApproval;
import coop.minga.plugin.api.payment.StatementImport;
import coop.minga.plugin.api.payment.StatementLine;
import coop.minga.plugin.api.payment.StatementLine.Verdict;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.MovableClock;
import coop.minga.plugin.testkit.PaymentProviderContract;
import coop.minga.plugin.testkit.RecordingContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class TransferPaymentsTest extends PaymentProviderContract {

    @TempDir Path data;

    private final MovableClock clock = MovableClock.at("2026-11-20T10:00:00Z");

    @Override
    protected ProviderFactory<PaymentProvider> factory() {
        return new TransferFactory();
    }

    @Override
    protected Map<String, Object> config() {
        return Map.of(
                "mode", "test",
                "holder", "Cooperativa Minga",
                "bank", "Banco del Barrio",
                "account", "2200 1234 5678");
    }

    @Override
    protected int madeAtVendor(String reference) {
        return (int)
                new Ledger(context().state())
                        .all().stream()
                                .filter(each -> each.begun().text("reference").equals(reference))
                                .count();
    }

    @Override
    protected void pay(PaymentProvider provider, Payment started) {
        ((StaffApproval) provider)
                .confirm(Calls.fresh(), started.handle(), started.amount(), "on the account");
    }

    @Override
    protected Optional<DeclineReason> decline(PaymentProvider provider, Payment started) {
        ((StaffApproval) provider).reject(Calls.fresh(), started.handle(), "never came");
        return Optional.of(DeclineReason.REFUSED_BY_PROVIDER);
    }

    @Override
    protected byte[] statement(PaymentProvider provider, List<Arrived> lines) {
        StringBuilder csv = new StringBuilder("Fecha;Descripción;Monto\n");
        for (Arrived each : lines) {
            csv.append("20/11/2026;TRANSF ")
                    .append(code(each.payment()).replace("-", " ").toLowerCase())
                    .append(" ANA;")
                    .append(each.amount().toString().replace(" USD", "").replace('.', ','))
                    .append('\n');
        }
        return csv.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The reference a payer copies. */
    private static String code(Payment payment) {
        return payment.method();
    }

    private PaymentProvider onStillClock(String... more) {
        Map<String, Object> values = new HashMap<>(config());
        for (int i = 0; i < more.length; i += 2) {
            values.put(more[i], more[i + 1]);
        }
        return factory()
                .open(
                        new RecordingContext("test", "h", clock, data),
                        read(factory().descriptor().schema(), values));
    }

    private Payment begin(PaymentProvider provider, long minor) {
        return provider.start(
                Calls.fresh(),
                new coop.minga.plugin.api.payment.PaymentIntent(
                        "pay_" + minor,
                        Money.of(minor, Asset.USD),
                        provider.mode(),
                        coop.minga.plugin.api.payment.PaymentIntent.Capture.AT_ONCE,
                        new coop.minga.plugin.api.payment.Payer(
                                "team_1", Optional.empty(), "", "es"),
                        "Top-up",
                        java.net.URI.create("http://localhost/"),
                        java.net.URI.create("http://localhost/")));
    }

    private static List<Verdict> take(PaymentProvider provider, String csv) {
        return ((StatementImport) provider)
                .take(Calls.fresh(), csv.getBytes(StandardCharsets.UTF_8)).stream()
                        .map(StatementLine::verdict)
                        .toList();
    }

    @Test
    void payerIsShownAccountAmountAndAReferenceOfItsOwn() {
        PaymentProvider provider = onStillClock();
        Payment one = begin(provider, 1000);
        Payment two = begin(provider, 1001);
        CheckoutPage page = ((CheckoutForms) provider).page(Calls.fresh(), one.handle());
        assertThat(page.facts())
                .extracting(CheckoutPage.Fact::value)
                .contains("10.00 USD", "2200 1234 5678", code(one))
                .doesNotContain(code(two));
        assertThat(code(one)).matches("MNG-[2-9A-Z]{5}-[2-9A-Z]{5}");
    }

    @Test
    void payerWhoSaysItIsSentWaitsAndIsNotBelieved() {
        PaymentProvider provider = onStillClock();
        Payment payment = begin(provider, 1000);
        Payment sent =
                ((CheckoutForms) provider)
                        .submit(
                                Calls.fresh(),
                                payment.handle(),
                                new ProviderConfig(Map.of("transaction_number", "778899")));
        assertThat(sent.outcome()).isEqualTo(PaymentOutcome.pending());
        assertThat(sent.captured().isZero()).isTrue();
    }

    @Test
    void transferNobodySentExpiresAndLateMoneyStillCounts() {
        PaymentProvider provider = onStillClock();
        Payment payment = begin(provider, 1000);
        clock.move(Duration.ofDays(14));
        assertThat(provider.observe(Calls.fresh(), payment.handle()).outcome())
                .isEqualTo(PaymentOutcome.declined(DeclineReason.EXPIRED));
        assertThat(take(provider, "text,amount\n" + code(payment) + ",10.00\n"))
                .containsExactly(Verdict.PAID);
        assertThat(provider.observe(Calls.fresh(), payment.handle()).outcome())
                .isEqualTo(PaymentOutcome.succeeded());
    }

    @Test
    void moneyForWhatWasGivenUpIsHeldForAPerson() {
        PaymentProvider provider = onStillClock();
        Payment payment = begin(provider, 1000);
        provider.cancel(Calls.fresh(), payment.handle());
        assertThat(take(provider, "text,amount\n" + code(payment) + ",10.00\n"))
                .containsExactly(Verdict.NOT_WAITING);
        assertThat(provider.observe(Calls.fresh(), payment.handle()).captured().isZero()).isTrue();
    }

    @Test
    void lineThatNamesTwoPaymentsPaysNeither() {
        PaymentProvider provider = onStillClock();
        Payment one = begin(provider, 1000);
        Payment two = begin(provider, 2000);
        assertThat(take(provider, "text,amount\n" + code(one) + " " + code(two) + ",10.00\n"))
                .containsExactly(Verdict.AMBIGUOUS);
    }

    @Test
    void twoLinesForOnePaymentPayItNotAtAll() {
        PaymentProvider provider = onStillClock();
        Payment one = begin(provider, 1000);
        assertThat(
                        take(
                                provider,
                                "text,amount\n" + code(one) + ",10.00\n" + code(one) + ",10.00\n"))
                .containsExactly(Verdict.AMBIGUOUS, Verdict.AMBIGUOUS);
        assertThat(provider.observe(Calls.fresh(), one.handle()).captured().isZero()).isTrue();
    }

    @Test
    void secondTransferForWhatIsPaidIsHeldForAPerson() {
        PaymentProvider provider = onStillClock();
        Payment one = begin(provider, 1000);
        take(provider, "date,text,amount\n1,\"" + code(one) + "\",10.00\n");
        assertThat(take(provider, "date,text,amount\n2,\"" + code(one) + "\",10.00\n"))
                .containsExactly(Verdict.NOT_WAITING);
    }

    @Test
    void otherCurrencyIsAnotherAmount() {
        PaymentProvider provider = onStillClock();
        Payment one = begin(provider, 1000);
        assertThat(take(provider, "text;amount;currency\n" + code(one) + ";10,00;EUR\n"))
                .containsExactly(Verdict.OTHER_AMOUNT);
        assertThat(take(provider, "text;amount;currency\n" + code(one) + ";10,00;USD\n"))
                .containsExactly(Verdict.PAID);
    }

    @Test
    void strangersAndOutgoingMoneyAreLeftAlone() {
        PaymentProvider provider = onStillClock();
        Payment one = begin(provider, 1000);
        assertThat(
                        take(
                                provider,
                                "Bank of the quarter\n\ndescripción;importe\nsalary;900,00\n"
                                        + code(one)
                                        + ";-10,00\nMNG-22222-22222;5,00\n"
                                        + code(one)
                                        + ";1.000\n"))
                .containsExactly(
                        Verdict.NOT_OURS,
                        Verdict.NOT_OURS,
                        Verdict.UNKNOWN_REFERENCE,
                        Verdict.UNREADABLE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.00 | 1000",
                "10,00 | 1000",
                "10 | 1000",
                "10.5 | 1050",
                "$ 1.234,56 | 123456",
                "1,234.56 | 123456",
                "1.234.567,89 | 123456789",
                "1,234,567 | 123456700",
                "-3.10 | -310",
                "3.10- | -310",
                "1.234 | ",
                "1,23,4.56 | ",
                "12.345,678.9 | ",
                "10.001 | ",
                "x | ",
                ". | ",
            })
    void figuresAreReadOnlyWhenTheyAreCertain(String written, Long minor) {
        assertThat(Figures.read(written, Asset.USD).map(Money::minor))
                .isEqualTo(Optional.ofNullable(minor));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,b\n1,2\n", "amount\n1\n", "text,amount,amount\nx,1,2\n"})
    void whatIsNoStatementIsRefusedWhole(String csv) {
        PaymentProvider provider = onStillClock();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> take(provider, csv))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.INVALID_REQUEST));
    }

    @Test
    void columnsAreFoundByTheirConfiguredNames() {
        PaymentProvider provider =
                onStillClock("statement_text", "Quién", "statement_amount", "Entró");
        Payment one = begin(provider, 1000);
        assertThat(take(provider, "Quién;Entró\n" + code(one) + ";10,00\n"))
                .containsExactly(Verdict.PAID);
    }

    @Test
    void refundIsPendingUntilAPersonHasSentIt() {
        PaymentProvider provider = onStillClock();
        Payment payment = begin(provider, 1000);
        pay(provider, payment);
        IdempotencyKey key = Calls.key();
        Refund refund =
                provider.refund(
                        Calls.with(key),
                        new RefundRequest(
                                payment.handle(),
                                "rfd_1",
                                Money.of(400, Asset.USD),
                                RefundReason.DUPLICATE));
        assertThat(refund.outcome()).isEqualTo(RefundOutcome.pending());
        StaffApproval staff = (StaffApproval) provider;
        staff.confirmRefund(Calls.fresh(), refund.handle(), "sent");
        staff.confirmRefund(Calls.fresh(), refund.handle(), "sent");
        assertThat(provider.findRefund(Calls.fresh(), key).map(Refund::outcome))
                .contains(RefundOutcome.succeeded());
    }

    @Test
    void onlyWhatEndedIsForgottenWhenTheStoreFills() {
        PaymentProvider provider = onStillClock();
        Payment open = begin(provider, 1000);
        Payment first = begin(provider, 1001);
        pay(provider, first);
        for (int i = 0; i < 500; i++) {
            clock.move(Duration.ofSeconds(1));
            pay(provider, begin(provider, 2000 + i));
        }
        assertThat(provider.observe(Calls.fresh(), open.handle()).outcome())
                .isEqualTo(PaymentOutcome.form());
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> provider.observe(Calls.fresh(), first.handle()))
                .isInstanceOf(ProviderException.class);
    }
}
