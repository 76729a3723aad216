package coop.minga.platform.orders;

import coop.minga.platform.Ids;
import coop.minga.platform.OrderId;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.instances.Instance;
import coop.minga.platform.instances.Instances;
import coop.minga.platform.instances.Ordering;
import coop.minga.platform.instances.Reason;
import coop.minga.platform.jobs.Jobs;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The book of orders: states, steps and the facts that tell about them. Every method joins the
 * caller's transaction. Thread-safe.
 */
public final class Orders implements Ordering {

    private final Jobs jobs;
    private final Events events;
    private final Instances instances;
    private final Clock clock;
    private final OrderStore store = new OrderStore();

    public Orders(Jobs jobs, Events events, Instances instances, Clock clock) {
        this.jobs = jobs;
        this.events = events;
        this.instances = instances;
        this.clock = clock;
    }

    @Override
    public void wake(Handle handle, OrderId order) {
        jobs.enqueue(
                handle, ProvisionJob.TYPE, order.toString(), new ProvisionJob.Provision(order));
    }

    Order lock(Handle handle, OrderId id) {
        return store.lock(handle, id).orElseThrow(Ids::noSuchThing);
    }

    /** Changes the state, or only touches it, and tells about a change. */
    void become(Handle handle, Order order, Instance instance, OrderState to, Reason reason) {
        if (order.state().isOver()) {
            throw new IllegalStateException("Order " + order.id() + " is over: " + order.state());
        }
        store.move(handle, order.id(), to, reason, clock.instant());
        if (order.state() != to || !order.reasonCode().equals(reason.code())) {
            tell(handle, order, instance.name(), to, reason);
        }
    }

    /**
     * @param name the machine's
     */
    void tell(Handle handle, Order order, String name, OrderState state, Reason reason) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("order_id", order.id());
        data.put("instance_id", order.instanceId());
        data.put("account_id", order.accountId());
        data.put("name", name);
        data.put("state", state);
        data.put("reason", Map.of("code", reason.code(), "text", reason.text().byLanguage()));
        events.publish(
                handle,
                new Fact(
                        "order.state",
                        order.id().toString(),
                        Set.of(Topic.of(order.teamId()), Topic.ADMIN),
                        data));
    }

    /** Notes steps, and tells about those for which it is news. */
    void step(Handle handle, Order order, Instance instance, String state, Step... steps) {
        tell(
                handle,
                instance,
                store.step(handle, order.id(), List.of(steps), state, false, clock.instant()));
    }

    /** Notes that a step begins once more. */
    void restart(Handle handle, Order order, Instance instance, Step step) {
        tell(
                handle,
                instance,
                store.step(handle, order.id(), List.of(step), "running", true, clock.instant()));
    }

    private void tell(Handle handle, Instance instance, List<OrderStore.StepRow> news) {
        for (OrderStore.StepRow row : news) {
            instances.step(
                    handle, instance, row.name(), row.state(), row.startedAt(), row.endedAt());
        }
    }
}
