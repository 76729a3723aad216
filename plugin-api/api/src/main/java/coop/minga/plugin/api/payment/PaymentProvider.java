package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.RawRequest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Takes payments and gives them back.
 *
 * <p>The key of a {@link Call} names one effect for ever: the same key with the same inputs gives
 * the same payment or refund, however often and in parallel it comes; with other inputs it is
 * {@code IDEMPOTENCY_MISMATCH}. A call that ends without an answer is asked for by {@link #find} or
 * {@link #findRefund}, so a provider must be able to find what it began.
 *
 * <p>Credentials the vendor refuses are {@code UNAUTHENTICATED}, a vendor that cannot be reached or
 * answers nonsense is {@code UNAVAILABLE}. What the vendor says in its own words goes to the log,
 * never into a result.
 */
public interface PaymentProvider extends Provider {

    /** Whether this configured instance moves real money. The same answer for its whole life. */
    Mode mode();

    /**
     * What amounts it takes, one entry per asset; the host offers it for nothing else. Without I/O.
     */
    List<AmountRange> accepts();

    /** How its webhooks are proven genuine. Without I/O. */
    HookCheck hookCheck();

    /**
     * Begins a payment. Usually answers {@link PaymentOutcome.RequiresAction}: the payer has to go
     * somewhere and agree.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code INVALID_REQUEST} when amount, asset or
     *     mode cannot be served here, {@code IDEMPOTENCY_MISMATCH}, {@code UNAVAILABLE}
     */
    Payment start(Call call, PaymentIntent intent);

    /**
     * Takes the money of a payment that is {@link PaymentOutcome.Authorized}. A payment whose money
     * was taken already is returned as it stands.
     *
     * @param amount at most what was authorized; what is left is released
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}, {@code CONFLICT} when the
     *     payment is not there yet or never will be
     */
    Payment capture(Call call, PaymentHandle handle, Money amount);

    /**
     * Gives up a payment that is not paid: releases what is reserved and closes the checkout where
     * the vendor can. A payment that was paid meanwhile stays paid: look at the answer.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    Payment cancel(Call call, PaymentHandle handle);

    /**
     * Gives money back to where it came from, whole or in part. All refunds of a payment together
     * never exceed what was captured: more is {@link RefundOutcome.Declined}.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND} when there is no such
     *     payment
     */
    Refund refund(Call call, RefundRequest request);

    /** The payment started under a key, or empty when there certainly is none. */
    Optional<Payment> find(Call call, IdempotencyKey key);

    /** The refund made under a key, or empty when there certainly is none. */
    Optional<Refund> findRefund(Call call, IdempotencyKey key);

    /**
     * The payment as the vendor sees it now; never from a cache.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    Payment observe(Call call, PaymentHandle handle);

    /**
     * The refund as the vendor sees it now.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    Refund observeRefund(Call call, RefundHandle handle);

    /**
     * Checks that a request to the webhook address is the vendor's and says what it is about. Never
     * throws for what a stranger may send: whatever is missing, malformed, forged or too old is
     * {@link HookResult.Refused}. Does no I/O when {@link #hookCheck} is {@link
     * HookCheck#IN_REQUEST}.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code MISCONFIGURED} when nothing can be
     *     checked, for example without a signing secret; {@code UNAVAILABLE} when a check that
     *     needs the vendor has to be repeated later
     */
    HookResult verifyAndParse(Call call, RawRequest request);

    /**
     * Payments that this host started and in which money moved, oldest first, for comparing the
     * vendor's books with ours.
     *
     * @param since only payments made at or after this time
     */
    Page<Payment> list(Call call, Instant since, Page.Token token);
}
