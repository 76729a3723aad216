package coop.minga.platform.orders;

import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.QuoteId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.ListQuery;
import coop.minga.platform.instances.Reason;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** SQL of orders, their steps and quotes. */
final class OrderStore {

    private static final String ORDER =
            """
            select id, team_id, account_id, instance_id, plan_id, subscription_id, component,
                   amount_minor, asset, asset_scale, pay_with, state, reason_code, reason_en,
                   reason_es, since, version, created_at, touched_at, ended_at
            from orders
            """;

    void insert(Handle handle, Order row) {
        handle.createUpdate(
                        """
                        insert into orders
                            (id, team_id, account_id, instance_id, plan_id, subscription_id,
                             component, amount_minor, asset, asset_scale, pay_with, state,
                             reason_code, reason_en, reason_es, since, created_at, touched_at)
                        values
                            (:id, :team, :account, :instance, :plan, :subscription, :component,
                             :amount, :asset, :scale, :payWith, :state, :code, :en, :es, :at, :at,
                             :at)
                        """)
                .bind("id", row.id())
                .bind("team", row.teamId())
                .bind("account", row.accountId())
                .bind("instance", row.instanceId())
                .bind("plan", row.planId())
                .bind("subscription", row.subscriptionId())
                .bind("component", row.component())
                .bind("amount", row.amountMinor())
                .bind("asset", row.asset())
                .bind("scale", row.assetScale())
                .bind("payWith", row.payWith())
                .bind("state", row.state().id())
                .bind("code", row.reasonCode())
                .bind("en", row.reasonEn())
                .bind("es", row.reasonEs())
                .bind("at", row.createdAt())
                .execute();
    }

    Optional<Order> find(Handle handle, OrderId id) {
        return handle.createQuery(ORDER + " where id = :id")
                .bind("id", id)
                .mapTo(Order.class)
                .findOne();
    }

    Optional<Order> lock(Handle handle, OrderId id) {
        return handle.createQuery(ORDER + " where id = :id for update")
                .bind("id", id)
                .mapTo(Order.class)
                .findOne();
    }

    List<Order> list(Handle handle, @Nullable TeamId team, ListQuery query) {
        return query.bindTo(
                        handle.createQuery(
                                ORDER
                                        + """
                                        where (cast(:team as uuid) is null or team_id = :team)
                                          and (:state::text is null or state = :state)
                                          and (:account::uuid is null or account_id = :account)
                                          and (created_at, id) < (:before, :beforeId)
                                        order by created_at desc, id desc limit :limit
                                        """))
                .bind("team", team == null ? null : team.value())
                .mapTo(Order.class)
                .list();
    }

    void move(Handle handle, OrderId id, OrderState to, Reason reason, Instant at) {
        handle.createUpdate(
                        """
                        update orders
                        set state = :state, reason_code = :code, reason_en = :en, reason_es = :es,
                            since = case when state = :state then since else :at end,
                            touched_at = :at,
                            ended_at = case when :over then coalesce(ended_at, :at) end,
                            version = version + 1
                        where id = :id
                        """)
                .bind("state", to.id())
                .bind("code", reason.code())
                .bind("en", reason.text().in("en"))
                .bind("es", reason.text().in("es"))
                .bind("at", at)
                .bind("over", to.isOver())
                .bind("id", id)
                .execute();
    }

    /** Orders that should be worked on and were not for a while. */
    List<OrderId> forgotten(Handle handle, Instant untouchedSince) {
        return handle.createQuery(
                        """
                        select id from orders
                        where state in ('placed', 'held', 'provisioning', 'unresolved')
                          and touched_at < :since
                        order by touched_at limit 500
                        """)
                .bind("since", untouchedSince)
                .mapTo(OrderId.class)
                .list();
    }

    /** A step of an order. */
    record StepRow(
            OrderId orderId,
            int position,
            String name,
            String state,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {}

    void insertSteps(Handle handle, List<StepRow> steps) {
        PreparedBatch batch =
                handle.prepareBatch(
                        """
                        insert into order_steps
                            (order_id, position, name, state, started_at, ended_at)
                        values (:order, :position, :name, :state, :startedAt, :endedAt)
                        """);
        for (StepRow step : steps) {
            batch.bind("order", step.orderId())
                    .bind("position", step.position())
                    .bind("name", step.name())
                    .bind("state", step.state())
                    .bind("startedAt", step.startedAt())
                    .bind("endedAt", step.endedAt())
                    .add();
        }
        batch.execute();
    }

    /**
     * Writes the state of steps, whose times are kept once set; gives those that changed, in order.
     */
    List<StepRow> step(
            Handle handle,
            OrderId order,
            List<Step> steps,
            String state,
            boolean restart,
            Instant at) {
        return handle.createQuery(
                        """
                        with changed as (
                        update order_steps
                        set state = :state,
                            started_at = case when :restart then cast(:at as timestamptz)
                                              when :state in ('pending', 'skipped') then null
                                              else coalesce(started_at, :at) end,
                            ended_at = case when :state in ('done', 'failed') then cast(:at as timestamptz) end
                        where order_id = :order and position = any(:positions)
                          and (state <> :state or :restart)
                        returning order_id, position, name, state, started_at, ended_at)
                        select * from changed order by position
                        """)
                .bind("state", state)
                .bind("restart", restart)
                .bind("at", at)
                .bind("order", order)
                .bindArray("positions", Integer.class, steps.stream().map(Step::position).toList())
                .mapTo(StepRow.class)
                .list();
    }

    List<StepRow> steps(Handle handle, Collection<OrderId> orders) {
        return handle.createQuery(
                        """
                        select order_id, position, name, state, started_at, ended_at
                        from order_steps where order_id = any(:orders) order by position
                        """)
                .bindArray("orders", UUID.class, orders.stream().map(OrderId::value).toList())
                .mapTo(StepRow.class)
                .list();
    }

    /** A price that was promised. */
    record QuoteRow(
            QuoteId id,
            TeamId teamId,
            PlanId planId,
            String component,
            long amountMinor,
            String asset,
            int assetScale,
            long setupMinor,
            Instant expiresAt) {

        Money total() {
            return money(amountMinor);
        }

        Money setup() {
            return money(setupMinor);
        }

        private Money money(long minor) {
            return new Money(minor, new coop.minga.plugin.api.Asset(asset, assetScale));
        }
    }

    void insertQuote(Handle handle, QuoteRow quote, Instant at) {
        handle.createUpdate(
                        """
                        insert into quotes
                            (id, team_id, plan_id, component, amount_minor, asset, asset_scale,
                             setup_minor, created_at, expires_at)
                        values (:id, :team, :plan, :component, :amount, :asset, :scale, :setup,
                                :at, :expiresAt)
                        """)
                .bind("id", quote.id())
                .bind("team", quote.teamId())
                .bind("plan", quote.planId())
                .bind("component", quote.component())
                .bind("amount", quote.amountMinor())
                .bind("asset", quote.asset())
                .bind("scale", quote.assetScale())
                .bind("setup", quote.setupMinor())
                .bind("at", at)
                .bind("expiresAt", quote.expiresAt())
                .execute();
    }

    Optional<QuoteRow> quote(Handle handle, QuoteId id, TeamId team) {
        return handle.createQuery(
                        """
                        select id, team_id, plan_id, component, amount_minor, asset, asset_scale,
                               setup_minor, expires_at
                        from quotes where id = :id and team_id = :team
                        """)
                .bind("id", id)
                .bind("team", team)
                .mapTo(QuoteRow.class)
                .findOne();
    }

    void sweepQuotes(Handle handle, Instant before) {
        handle.createUpdate("delete from quotes where expires_at < :before")
                .bind("before", before)
                .execute();
    }

    static Money price(Order order) {
        return new Money(
                order.amountMinor(),
                new coop.minga.plugin.api.Asset(order.asset(), order.assetScale()));
    }
}
