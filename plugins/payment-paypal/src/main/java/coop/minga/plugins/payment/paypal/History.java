package coop.minga.plugins.payment.paypal;

import com.paypal.sdk.models.SearchResponse;
import com.paypal.sdk.models.SearchTransactionsInput;
import com.paypal.sdk.models.TransactionDetails;
import com.paypal.sdk.models.TransactionInformation;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Payment;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * PayPal's own list of what moved, in windows of a month, as it gives it. A transaction shows up
 * there up to three hours late, and only where the app may search transactions.
 */
final class History {

    static final String SCOPE = "https://uri.paypal.com/services/reporting/search/read";

    private static final Duration WINDOW = Duration.ofDays(31);

    /** PayPal keeps three years. */
    private static final Duration KEPT = Duration.ofDays(3 * 365);

    /** Each transaction takes two more requests. */
    private static final int PAGE = 20;

    /**
     * Where to go on.
     *
     * @param from the window's beginning
     * @param number its page, from 1
     */
    private record Place(Instant from, int number) {

        static Place read(Page.Token token) {
            try {
                String[] parts = token.value().split("/", 2);
                return new Place(Instant.parse(parts[0]), Integer.parseInt(parts[1]));
            } catch (RuntimeException e) {
                throw new ProviderException(Code.INVALID_REQUEST, "Not a token of this list", e);
            }
        }

        Page.Token token() {
            return new Page.Token(from + "/" + number);
        }
    }

    private final ProviderContext context;
    private final Api api;
    private final Orders orders;

    History(ProviderContext context, Api api, Orders orders) {
        this.context = context;
        this.api = api;
        this.orders = orders;
    }

    Page<Payment> page(Call call, Instant since, Page.Token token) {
        Instant now = context.clock().instant();
        if (!since.isBefore(now)) {
            return Page.last(List.of());
        }
        Instant oldest = now.minus(KEPT);
        Place place =
                token.isFirst()
                        ? new Place((since.isBefore(oldest) ? oldest : since), 1)
                        : Place.read(token);
        Instant end = place.from().plus(WINDOW);
        SearchResponse found = search(call, place, end.isBefore(now) ? end : now);
        Set<String> ids = new LinkedHashSet<>();
        for (TransactionDetails each :
                Objects.requireNonNullElse(
                        found.getTransactionDetails(), List.<TransactionDetails>of())) {
            ours(each).flatMap(capture -> order(call, capture)).ifPresent(ids::add);
        }
        List<Payment> items = new ArrayList<>();
        for (String id : ids) {
            Payment payment = orders.get(call, id).payment();
            if (payment.captured().isPositive()
                    && payment.createdAt().map(at -> !at.isBefore(since)).orElse(true)) {
                items.add(payment);
            }
        }
        return new Page<>(items, next(place, end, found, now).map(Place::token));
    }

    private static Optional<Place> next(
            Place place, Instant end, SearchResponse found, Instant now) {
        int pages = Objects.requireNonNullElse(found.getTotalPages(), 1);
        if (place.number() < pages) {
            return Optional.of(new Place(place.from(), place.number() + 1));
        }
        return end.isBefore(now) ? Optional.of(new Place(end, 1)) : Optional.empty();
    }

    private SearchResponse search(Call call, Place place, Instant end) {
        if (!api.tokens().get(call).scopes().contains(SCOPE)) {
            throw new ProviderException(
                    Code.UNSUPPORTED,
                    Text.of(
                            "The PayPal app may not search transactions: its books cannot be"
                                    + " compared with ours",
                            "La app de PayPal no puede buscar transacciones: sus libros no se"
                                    + " pueden comparar con los nuestros"));
        }
        SearchTransactionsInput input =
                new SearchTransactionsInput.Builder(
                                place.from().truncatedTo(ChronoUnit.SECONDS).toString(),
                                end.truncatedTo(ChronoUnit.SECONDS).toString())
                        .fields("transaction_info")
                        .transactionStatus("S")
                        .pageSize(PAGE)
                        .page(place.number())
                        .build();
        return api.ask(
                call, client -> client.getTransactionSearchController().searchTransactions(input));
    }

    /** A payment that came in for this host: the capture's id. */
    private Optional<String> ours(TransactionDetails details) {
        TransactionInformation info = details.getTransactionInfo();
        if (info == null || info.getTransactionId() == null) {
            return Optional.empty();
        }
        boolean payment =
                info.getTransactionEventCode() != null
                        && info.getTransactionEventCode().startsWith("T00");
        return payment && Reference.read(info.getCustomField()).host().equals(context.hostId())
                ? Optional.of(info.getTransactionId())
                : Optional.empty();
    }

    private Optional<String> order(Call call, String capture) {
        try {
            return Optional.of(orders.ofCapture(call, capture));
        } catch (Refusal refusal) {
            if (refusal.status() == 404) {
                return Optional.empty();
            }
            throw refusal;
        }
    }
}
