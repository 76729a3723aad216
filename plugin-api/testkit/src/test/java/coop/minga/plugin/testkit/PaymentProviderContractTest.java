package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Payouts;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RecipientRequest;
import coop.minga.plugin.testkit.SamplePayments.Defect;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The contract passes a good provider and catches each defect by the test that is about it. */
final class PaymentProviderContractTest {

    private static final ThreadLocal<Defect> CHOSEN = ThreadLocal.withInitial(() -> Defect.NONE);

    static final class Sample extends PaymentProviderContract {

        private static final String HOOK_SECRET = "h00k-secret-of-the-sample";

        private final SamplePayments.Vendor vendor = new SamplePayments.Vendor();
        private final SamplePayments factory = new SamplePayments(CHOSEN.get(), vendor);

        @Override
        protected ProviderFactory<PaymentProvider> factory() {
            return factory;
        }

        @Override
        protected Map<String, Object> config() {
            return Map.of("api_key", "k3y-of-the-sample", "hook_secret", HOOK_SECRET);
        }

        @Override
        protected Optional<Map<String, Object>> wrongCredentials() {
            return Optional.of(Map.of("api_key", "wrong", "hook_secret", HOOK_SECRET));
        }

        @Override
        protected Optional<Map<String, Object>> withoutHookSecret() {
            return Optional.of(Map.of("api_key", "k3y-of-the-sample"));
        }

        @Override
        protected int madeAtVendor(String reference) {
            return vendor.made(reference);
        }

        @Override
        protected void pay(PaymentProvider provider, Payment started) {
            vendor.settle(started.handle(), PaymentOutcome.succeeded());
        }

        @Override
        protected Optional<DeclineReason> decline(PaymentProvider provider, Payment started) {
            vendor.settle(
                    started.handle(), PaymentOutcome.declined(DeclineReason.INSUFFICIENT_FUNDS));
            return Optional.of(DeclineReason.INSUFFICIENT_FUNDS);
        }

        @Override
        protected Optional<RawRequest> hook(PaymentProvider provider, Payment payment, Instant at) {
            return Optional.of(
                    SamplePayments.signed(
                            HOOK_SECRET, "evt-" + payment.handle().value(), payment.handle(), at));
        }

        @Override
        protected Set<String> signatureHeaders() {
            return Set.of("sample-signature");
        }

        @Override
        protected Optional<DisputeHandle> dispute(PaymentProvider provider, Payment paid) {
            return Optional.of(vendor.dispute(paid));
        }

        @Override
        protected void save(PaymentProvider provider, MethodSetup begun) {
            vendor.save(begun.handle());
        }

        @Override
        protected RecipientHandle recipient(Payouts payouts) {
            return payouts.enroll(
                            Calls.fresh(),
                            new RecipientRequest(
                                    "team_1",
                                    "ana@example.org",
                                    "EC",
                                    Mode.TEST,
                                    URI.create("http://localhost:8080/")))
                    .handle();
        }

        @Override
        protected Duration patience() {
            return Duration.ofMillis(300);
        }
    }

    private static ContractRun run(Defect defect) {
        CHOSEN.set(defect);
        return ContractRun.of(Sample.class);
    }

    @Test
    void goodProviderPasses() {
        ContractRun run = run(Defect.NONE);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).isGreaterThan(60);
    }

    @ParameterizedTest
    @CsvSource({
        "FORGETS_KEYS, sameKeyTwiceIsOnePayment",
        "RACES, sameKeyFromEightThreadsIsOnePayment",
        "IGNORES_INPUTS, otherInputsUnderAUsedKeyAreRefused",
        "FORGETS_ON_CLOSE, paymentOutlivesTheProvider",
        "TAKES_ANY_AMOUNT, amountsOutOfRangeAreRefused",
        "MIXES_MODES, otherModeIsRefused",
        "CAPTURES_EARLY, nothingIsCapturedBeforeThePayerAgreed",
        "CAPTURES_TWICE, reservedMoneyIsTakenOnceOrReleased",
        "REFUNDS_TOO_MUCH, partialRefundsNeverExceedThePayment",
        "REFUNDS_IN_A_RACE, partialRefundsFromEightThreadsNeverExceedThePayment",
        "LISTS_FOREIGN, listShowsWhatThisHostWasPaid",
        "BELIEVES_ANYBODY, a space after the body",
        "BELIEVES_OLD_NEWS, staleAndFutureHooksAreRefused",
        "THROWS_ON_GARBAGE, no sample-signature",
        "WORKS_WITHOUT_A_SECRET, without the secret",
        "STARTS_FOR_STRANGERS, start",
        "LOGS_PAYERS, payersAndTokensStayOutOfLogs",
        "HIDES_A_CAPABILITY, capabilitiesAndInterfacesAgree",
        "CHARGES_WHAT_IS_REMOVED, savedMethodIsChargedUntilItIsRemoved",
        "PAYS_TWICE, samePayoutKeyFromEightThreadsPaysOnce",
        "SWALLOWS_INTERRUPTS, interruptedThreadStaysInterrupted",
    })
    void defectIsCaught(Defect defect, String test) {
        assertThat(run(defect).failed()).contains(test);
    }
}
