package coop.minga.platform.orders;

import com.fasterxml.jackson.annotation.JsonInclude;

import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.QuoteId;
import coop.minga.platform.instances.Owners;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What goes over the wire for orders and quotes. */
public final class OrderViews {

    private OrderViews() {}

    /** An amount. */
    public record Amount(long amountMinor, String asset) {
        static Amount of(Money money) {
            return new Amount(money.minor(), money.asset().code());
        }
    }

    /**
     * @param planId what to order
     * @param price the price's component, such as {@code hour}; the plan's first when left out
     * @param config choices at checkout
     */
    public record QuoteForm(
            @Nullable PlanId planId,
            @Nullable String price,
            @Nullable Map<String, Object> config,
            @Nullable String safety,
            @Nullable String placement) {}

    /** One line of a quote. */
    public record Line(
            String component,
            String description,
            String per,
            Amount unitPrice,
            long quantity,
            Amount amount) {}

    /** Who gets which part. */
    public record Share(String party, Amount amount, String rule) {}

    /** A promised price. */
    public record QuoteView(
            QuoteId id, List<Line> lines, Amount total, List<Share> split, Instant expiresAt) {}

    /**
     * @param planId what to order
     * @param name of the machine, 1 to 40 characters of {@code a-z0-9-}
     * @param price the price's component; the plan's first when left out
     * @param config choices at checkout
     * @param safety only {@code none} so far
     * @param placement only {@code default} so far
     * @param payWith {@code coins} or {@code balance}
     * @param quoteId a quote whose price is to be paid
     * @param dryRun only says what would happen
     */
    public record OrderForm(
            @Nullable PlanId planId,
            @Nullable String name,
            @Nullable String price,
            @Nullable Map<String, Object> config,
            @Nullable String safety,
            @Nullable String placement,
            @Nullable String payWith,
            @Nullable QuoteId quoteId,
            @Nullable Boolean dryRun) {}

    /** An order that was accepted. */
    public record Placed(OrderId id, OrderState state, InstanceId instanceId, Amount total) {}

    /** What an order would do. */
    public record DryRun(boolean dryRun, Amount total, String node, List<PlannedStep> steps) {}

    /** One step of a plan. */
    public record PlannedStep(String name, String description) {}

    /** Why. */
    public record ReasonView(String code, String text) {}

    /** One step of an order. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record StepView(
            String name, String state, @Nullable Instant startedAt, @Nullable Instant endedAt) {}

    /**
     * An order.
     *
     * @param account whose it is; only in operators' lists
     */
    public record OrderView(
            OrderId id,
            OrderState state,
            ReasonView reason,
            InstanceId instanceId,
            Owners.@Nullable Owner account,
            PlanId planId,
            String price,
            String payWith,
            Amount total,
            List<StepView> steps,
            Instant createdAt,
            @Nullable Instant endedAt) {}

    /** A page of orders. */
    public record Listed(List<OrderView> items, Optional<String> nextCursor) {}
}
