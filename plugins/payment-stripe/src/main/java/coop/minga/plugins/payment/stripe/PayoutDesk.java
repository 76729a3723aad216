package coop.minga.plugins.payment.stripe;

import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.Account;
import com.stripe.model.Transfer;
import com.stripe.param.AccountCreateParams;
import com.stripe.param.AccountLinkCreateParams;
import com.stripe.param.TransferCreateParams;
import com.stripe.param.TransferListParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Payout;
import coop.minga.plugin.api.payment.PayoutHandle;
import coop.minga.plugin.api.payment.PayoutRequest;
import coop.minga.plugin.api.payment.Recipient;
import coop.minga.plugin.api.payment.RecipientHandle;
import coop.minga.plugin.api.payment.RecipientRequest;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Pays people who earned: each has an account with Stripe that belongs to the operator's platform,
 * and money is transferred to it.
 */
final class PayoutDesk {

    private static final String RETURN = "minga_return";

    /** What Stripe keeps of one value of metadata. */
    private static final int LONGEST_NOTE = 500;

    private final StripeApi api;
    private final Tags tags;
    private final URI publicUrl;

    PayoutDesk(StripeApi api, Tags tags, URI publicUrl) {
        this.api = api;
        this.tags = tags;
        this.publicUrl = publicUrl;
    }

    Recipient enroll(Call call, RecipientRequest request) {
        AccountCreateParams params = params(call, request);
        return api.ask(
                call,
                stripe -> {
                    Account account =
                            stripe.accounts().create(params, StripeApi.once(call.key(), "enroll"));
                    return told(
                            stripe,
                            StripeApi.isOld(account.getLastResponse())
                                    ? stripe.accounts().retrieve(account.getId())
                                    : account);
                });
    }

    /** An account whose papers Stripe asks for, and whose losses and fees are the operator's. */
    private AccountCreateParams params(Call call, RecipientRequest request) {
        AccountCreateParams.Builder params =
                AccountCreateParams.builder()
                        .setCountry(request.country().toUpperCase(Locale.ROOT))
                        .setController(
                                AccountCreateParams.Controller.builder()
                                        .setStripeDashboard(
                                                AccountCreateParams.Controller.StripeDashboard
                                                        .builder()
                                                        .setType(
                                                                AccountCreateParams.Controller
                                                                        .StripeDashboard.Type
                                                                        .EXPRESS)
                                                        .build())
                                        .setFees(
                                                AccountCreateParams.Controller.Fees.builder()
                                                        .setPayer(
                                                                AccountCreateParams.Controller.Fees
                                                                        .Payer.APPLICATION)
                                                        .build())
                                        .setLosses(
                                                AccountCreateParams.Controller.Losses.builder()
                                                        .setPayments(
                                                                AccountCreateParams.Controller
                                                                        .Losses.Payments
                                                                        .APPLICATION)
                                                        .build())
                                        .setRequirementCollection(
                                                AccountCreateParams.Controller.RequirementCollection
                                                        .STRIPE)
                                        .build())
                        .setCapabilities(
                                AccountCreateParams.Capabilities.builder()
                                        .setTransfers(
                                                AccountCreateParams.Capabilities.Transfers.builder()
                                                        .setRequested(true)
                                                        .build())
                                        .build())
                        .putAllMetadata(
                                tags.of(Tags.Way.RECIPIENT, call.key(), request.reference()));
        String back = request.returnUrl().toString();
        if (back.length() <= LONGEST_NOTE) {
            params.putMetadata(RETURN, back);
        }
        if (!request.address().isBlank()) {
            params.setEmail(request.address());
        }
        return params.build();
    }

    Recipient observeRecipient(Call call, RecipientHandle handle) {
        return api.ask(
                call,
                stripe -> {
                    try {
                        return told(stripe, stripe.accounts().retrieve(handle.value()));
                    } catch (com.stripe.exception.PermissionException e) {
                        // Stripe says so of accounts that are not the platform's.
                        if ("account_invalid".equals(e.getCode())) {
                            throw Faults.missing();
                        }
                        throw e;
                    }
                });
    }

    private Recipient told(V1Services stripe, Account account) throws StripeException {
        RecipientHandle handle = new RecipientHandle(account.getId());
        Account.Requirements needs = account.getRequirements();
        String stopped =
                needs == null ? "" : Objects.requireNonNullElse(needs.getDisabledReason(), "");
        if (stopped.startsWith("rejected.")) {
            return Recipient.refused(handle);
        }
        String transfers =
                account.getCapabilities() == null ? null : account.getCapabilities().getTransfers();
        if ("active".equals(transfers)) {
            return Recipient.payable(handle);
        }
        boolean asks =
                !Boolean.TRUE.equals(account.getDetailsSubmitted())
                        || (needs != null
                                && needs.getCurrentlyDue() != null
                                && !needs.getCurrentlyDue().isEmpty());
        return asks
                ? Recipient.requiresAction(handle, link(stripe, account))
                : Recipient.pending(handle);
    }

    /** Stripe's pages for the papers open once, so each look makes a new way in. */
    private URI link(V1Services stripe, Account account) throws StripeException {
        String back =
                account.getMetadata() == null
                        ? publicUrl.toString()
                        : account.getMetadata().getOrDefault(RETURN, publicUrl.toString());
        return URI.create(
                stripe.accountLinks()
                        .create(
                                AccountLinkCreateParams.builder()
                                        .setAccount(account.getId())
                                        .setType(AccountLinkCreateParams.Type.ACCOUNT_ONBOARDING)
                                        .setRefreshUrl(back)
                                        .setReturnUrl(back)
                                        .build())
                        .getUrl());
    }

    Payout pay(Call call, PayoutRequest request) {
        return api.ask(
                call,
                stripe -> {
                    Optional<Transfer> before = transfer(stripe, call.key());
                    if (before.isPresent()) {
                        return same(before.get(), request);
                    }
                    try {
                        Transfer made =
                                stripe.transfers()
                                        .create(
                                                params(call, request),
                                                StripeApi.once(call.key(), "pay"));
                        return told(made);
                    } catch (IdempotencyException e) {
                        throw e;
                    } catch (InvalidRequestException e) {
                        throw refused(e);
                    }
                });
    }

    private TransferCreateParams params(Call call, PayoutRequest request) {
        return TransferCreateParams.builder()
                .setAmount(request.amount().minor())
                .setCurrency(Currencies.code(request.amount()))
                .setDestination(request.recipient().value())
                .setDescription(request.description())
                .setTransferGroup(group(call.key()))
                .putAllMetadata(tags.of(Tags.Way.PAYOUT, call.key(), request.reference()))
                .build();
    }

    private static Payout same(Transfer before, PayoutRequest request) {
        if (before.getAmount() != request.amount().minor()
                || !before.getCurrency().equals(Currencies.code(request.amount()))
                || !request.recipient().value().equals(before.getDestination())
                || !Tags.reference(before.getMetadata()).equals(request.reference())) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH,
                    Text.of(
                            "The key was used before for another payout.",
                            "La clave se usó antes para otro pago."));
        }
        return told(before);
    }

    private ProviderException refused(InvalidRequestException e) {
        if (!"balance_insufficient".equals(e.getCode())) {
            return api.fault(e);
        }
        api.note(e);
        return new ProviderException(
                Code.CONFLICT,
                Text.of(
                        "The Stripe account has not enough money for this payout yet.",
                        "La cuenta de Stripe todavía no tiene dinero suficiente para este pago."));
    }

    Optional<Payout> find(Call call, IdempotencyKey key) {
        return api.ask(call, stripe -> transfer(stripe, key).map(PayoutDesk::told));
    }

    /** By its group, which is the key's own: found however long ago it was. */
    private Optional<Transfer> transfer(V1Services stripe, IdempotencyKey key)
            throws StripeException {
        List<Transfer> transfers =
                stripe.transfers()
                        .list(
                                TransferListParams.builder()
                                        .setTransferGroup(group(key))
                                        .setLimit(10L)
                                        .build())
                        .getData();
        return transfers.stream()
                .filter(transfer -> tags.ours(transfer.getMetadata(), key))
                .findFirst();
    }

    private static String group(IdempotencyKey key) {
        return "minga:" + key;
    }

    Payout observe(Call call, PayoutHandle handle) {
        return api.ask(call, stripe -> told(stripe.transfers().retrieve(handle.value())));
    }

    private static Payout told(Transfer transfer) {
        long reversed = Objects.requireNonNullElse(transfer.getAmountReversed(), 0L);
        boolean back =
                Boolean.TRUE.equals(transfer.getReversed()) || reversed >= transfer.getAmount();
        return Payout.of(
                new PayoutHandle(transfer.getId()),
                Seen.mode(transfer.getLivemode()),
                Currencies.money(transfer.getAmount(), transfer.getCurrency()),
                back ? Payout.State.RETURNED : Payout.State.PAID);
    }
}
