package coop.minga.platform.instances;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.NodeId;
import coop.minga.platform.PlanId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.ListQuery;
import coop.minga.plugin.api.compute.Workload;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** SQL of instances, their endpoints, placements and passes. */
final class InstanceStore {

    private static final String INSTANCE =
            """
            select id, team_id, account_id, order_id, plan_id, plan_code,
                   plan_name::text as plan_name, product_name::text as product_name, offering, name,
                   machine_name, cpu_millis, memory_mb, disk_mb, needs, request, config::text as config, safety, is_public, secrets, revealed_at,
                   state, reason_code, reason_en, reason_es, since, version, desired, action,
                   action_key, action_at, action_target, live_key, misses, created_at,
                   activated_at, ended_at
            from instances
            """;

    private static final String PLACEMENT =
            """
            select key, instance_id, attempt, node_id, provider, state, blanks, handle, reason,
                   created_at, called_at, accepted_at
            from placements
            """;

    void insert(Handle handle, Instance row) {
        handle.createUpdate(
                        """
                        insert into instances
                            (id, team_id, account_id, order_id, plan_id, plan_code, plan_name,
                             product_name, offering, name,
                             machine_name, cpu_millis, memory_mb, disk_mb, needs, request, config,
                             safety, is_public, secrets, state, reason_code, reason_en, reason_es,
                             since, desired, created_at)
                        values
                            (:id, :team, :account, :order, :plan, :planCode,
                             cast(:planName as jsonb), cast(:productName as jsonb), :offering, :name, :machineName, :cpu, :memory, :disk,
                             :needs, :request, cast(:config as jsonb), :safety, false, :secrets,
                             :state, :reasonCode, :reasonEn, :reasonEs, :since, :desired,
                             :createdAt)
                        """)
                .bind("id", row.id())
                .bind("team", row.teamId())
                .bind("account", row.accountId())
                .bind("order", row.orderId())
                .bind("plan", row.planId())
                .bind("planCode", row.planCode())
                .bind("planName", row.planName())
                .bind("productName", row.productName())
                .bind("offering", row.offering())
                .bind("name", row.name())
                .bind("machineName", row.machineName())
                .bind("cpu", row.cpuMillis())
                .bind("memory", row.memoryMb())
                .bind("disk", row.diskMb())
                .bindArray("needs", String.class, row.needs())
                .bind("request", row.request())
                .bind("config", row.config())
                .bind("safety", row.safety())
                .bind("secrets", row.secrets())
                .bind("state", row.state().id())
                .bind("reasonCode", row.reasonCode())
                .bind("reasonEn", row.reasonEn())
                .bind("reasonEs", row.reasonEs())
                .bind("since", row.since())
                .bind("desired", row.desired())
                .bind("createdAt", row.createdAt())
                .execute();
    }

    Optional<Instance> find(Handle handle, InstanceId id) {
        return handle.createQuery(INSTANCE + " where id = :id")
                .bind("id", id)
                .mapTo(Instance.class)
                .findOne();
    }

    List<Instance> findAll(Handle handle, Collection<InstanceId> ids) {
        return handle.createQuery(INSTANCE + " where id = any(:ids)")
                .bindArray("ids", UUID.class, ids.stream().map(InstanceId::value).toList())
                .mapTo(Instance.class)
                .list();
    }

    Optional<Instance> findOwned(Handle handle, InstanceId id, TeamId team) {
        return handle.createQuery(INSTANCE + " where id = :id and team_id = :team")
                .bind("id", id)
                .bind("team", team)
                .mapTo(Instance.class)
                .findOne();
    }

    /** Holds the row until the transaction ends. */
    Optional<Instance> lock(Handle handle, InstanceId id) {
        return handle.createQuery(INSTANCE + " where id = :id for update")
                .bind("id", id)
                .mapTo(Instance.class)
                .findOne();
    }

    List<Instance> ofTeam(Handle handle, TeamId team, ListQuery query) {
        return query.bindTo(
                        handle.createQuery(
                                INSTANCE
                                        + """
                                        where team_id = :team and state <> 'terminated'
                                          and (created_at, id) < (:before, :beforeId)
                                        order by created_at desc, id desc limit :limit
                                        """))
                .bind("team", team)
                .mapTo(Instance.class)
                .list();
    }

    List<Instance> all(Handle handle, ListQuery query) {
        return query.bindTo(
                        handle.createQuery(
                                INSTANCE
                                        + """
                                        where (:state::text is null or state = :state)
                                          and (:account::uuid is null or account_id = :account)
                                          and (created_at, id) < (:before, :beforeId)
                                        order by created_at desc, id desc limit :limit
                                        """))
                .mapTo(Instance.class)
                .list();
    }

    /** Compare-and-set on the version. */
    boolean move(Handle handle, Instance from, InstanceState to, Reason reason, Instant at) {
        return handle.createUpdate(
                                """
                                update instances
                                set state = :state, reason_code = :code, reason_en = :en,
                                    reason_es = :es,
                                    since = case when state = :state then since else :at end,
                                    ended_at = case when :over then coalesce(ended_at, :at) end,
                                    version = version + 1
                                where id = :id and version = :version
                                """)
                        .bind("state", to.id())
                        .bind("code", reason.code())
                        .bind("en", reason.text().in("en"))
                        .bind("es", reason.text().in("es"))
                        .bind("at", at)
                        .bind("over", to.isOver())
                        .bind("id", from.id())
                        .bind("version", from.version())
                        .execute()
                == 1;
    }

    /** Says what plan it is of from now on. */
    void replan(Handle handle, InstanceId id, PlanId plan, String code, String name) {
        handle.createUpdate(
                        """
                        update instances
                        set plan_id = :plan, plan_code = :code, plan_name = cast(:name as jsonb)
                        where id = :id
                        """)
                .bind("id", id)
                .bind("plan", plan)
                .bind("code", code)
                .bind("name", name)
                .execute();
    }

    void desire(Handle handle, InstanceId id, String desired) {
        handle.createUpdate("update instances set desired = :desired where id = :id")
                .bind("desired", desired)
                .bind("id", id)
                .execute();
    }

    void beginAction(
            Handle handle,
            InstanceId id,
            String action,
            String key,
            @Nullable String target,
            Instant at) {
        handle.createUpdate(
                        """
                        update instances
                        set action = :action, action_key = :key, action_at = :at,
                            action_target = :target
                        where id = :id
                        """)
                .bind("action", action)
                .bind("key", key)
                .bind("at", at)
                .bind("target", target)
                .bind("id", id)
                .execute();
    }

    void endAction(Handle handle, InstanceId id) {
        handle.createUpdate(
                        """
                        update instances
                        set action = null, action_key = null, action_at = null,
                            action_target = null
                        where id = :id
                        """)
                .bind("id", id)
                .execute();
    }

    void activate(Handle handle, InstanceId id, String key, Instant at) {
        handle.createUpdate(
                        """
                        update instances
                        set live_key = :key, activated_at = coalesce(activated_at, :at), misses = 0
                        where id = :id
                        """)
                .bind("key", key)
                .bind("at", at)
                .bind("id", id)
                .execute();
    }

    void observed(Handle handle, InstanceId id, String observed, int misses, Instant at) {
        handle.createUpdate(
                        """
                        update instances
                        set observed = :observed, observed_at = :at, misses = :misses
                        where id = :id
                        """)
                .bind("observed", observed)
                .bind("misses", misses)
                .bind("at", at)
                .bind("id", id)
                .execute();
    }

    void edit(Handle handle, InstanceId id, @Nullable String name, @Nullable Boolean publicly) {
        handle.createUpdate(
                        """
                        update instances
                        set name = coalesce(cast(:name as text), name),
                            is_public = coalesce(cast(:public as boolean), is_public),
                            version = version + 1
                        where id = :id
                        """)
                .bind("name", name)
                .bind("public", publicly)
                .bind("id", id)
                .execute();
    }

    /** True once. */
    boolean reveal(Handle handle, InstanceId id, Instant at) {
        return handle.createUpdate(
                                """
                                update instances set revealed_at = :at
                                where id = :id and revealed_at is null and secrets > 0
                                """)
                        .bind("at", at)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    void addEndpoint(Handle handle, InstanceId id, Workload.Port port, String label) {
        handle.createUpdate(
                        """
                        insert into instance_endpoints (label, instance_id, name, port, kind)
                        values (:label, :id, :name, :port, :kind)
                        """)
                .bind("label", label)
                .bind("id", id)
                .bind("name", port.name())
                .bind("port", port.number())
                .bind("kind", port.protocol() == Workload.Protocol.HTTP ? "http" : "tcp")
                .execute();
    }

    void address(Handle handle, InstanceId id, String name, @Nullable String address) {
        handle.createUpdate(
                        """
                        update instance_endpoints set address = :address
                        where instance_id = :id and name = :name
                          and address is distinct from :address
                        """)
                .bind("address", address)
                .bind("id", id)
                .bind("name", name)
                .execute();
    }

    void forgetAddresses(Handle handle, InstanceId id) {
        handle.createUpdate("update instance_endpoints set address = null where instance_id = :id")
                .bind("id", id)
                .execute();
    }

    List<PortAddress> endpoints(Handle handle, InstanceId id) {
        return handle.createQuery(
                        """
                        select label, instance_id, name, port, kind, address
                        from instance_endpoints where instance_id = :id order by port, name
                        """)
                .bind("id", id)
                .mapTo(PortAddress.class)
                .list();
    }

    List<PortAddress> endpoints(Handle handle, Collection<InstanceId> ids) {
        return handle.createQuery(
                        """
                        select label, instance_id, name, port, kind, address
                        from instance_endpoints where instance_id = any(:ids) order by port, name
                        """)
                .bindArray("ids", UUID.class, ids.stream().map(InstanceId::value).toList())
                .mapTo(PortAddress.class)
                .list();
    }

    Optional<PortAddress> endpoint(Handle handle, String label) {
        return handle.createQuery(
                        """
                        select label, instance_id, name, port, kind, address
                        from instance_endpoints where label = :label
                        """)
                .bind("label", label)
                .mapTo(PortAddress.class)
                .findOne();
    }

    void addPlacement(
            Handle handle,
            String key,
            InstanceId instance,
            int attempt,
            NodeId node,
            String provider,
            Instant at) {
        handle.createUpdate(
                        """
                        insert into placements
                            (key, instance_id, attempt, node_id, provider, state, created_at)
                        values (:key, :instance, :attempt, :node, :provider, 'new', :at)
                        """)
                .bind("key", key)
                .bind("instance", instance)
                .bind("attempt", attempt)
                .bind("node", node)
                .bind("provider", provider)
                .bind("at", at)
                .execute();
    }

    List<Placement> placements(Handle handle, InstanceId instance) {
        return handle.createQuery(
                        PLACEMENT + " where instance_id = :instance order by attempt desc")
                .bind("instance", instance)
                .mapTo(Placement.class)
                .list();
    }

    Optional<Placement> placement(Handle handle, String key) {
        return handle.createQuery(PLACEMENT + " where key = :key")
                .bind("key", key)
                .mapTo(Placement.class)
                .findOne();
    }

    /** Placements that a backend may still know something of. */
    List<Placement> placementsOn(Handle handle, String provider) {
        return handle.createQuery(PLACEMENT + " where provider = :provider and state <> 'gone'")
                .bind("provider", provider)
                .mapTo(Placement.class)
                .list();
    }

    void calling(Handle handle, String key, Instant at) {
        handle.createUpdate(
                        """
                        update placements
                        set state = 'calling', called_at = :at
                        where key = :key and state in ('new', 'calling')
                        """)
                .bind("at", at)
                .bind("key", key)
                .execute();
    }

    void callAgain(Handle handle, String key) {
        handle.createUpdate(
                        """
                        update placements set state = 'new', blanks = 0
                        where key = :key and state = 'calling'
                        """)
                .bind("key", key)
                .execute();
    }

    void blank(Handle handle, String key, int blanks) {
        handle.createUpdate("update placements set blanks = :blanks where key = :key")
                .bind("blanks", blanks)
                .bind("key", key)
                .execute();
    }

    void created(Handle handle, String key, String machine, Instant at) {
        handle.createUpdate(
                        """
                        update placements
                        set handle = :handle,
                            state = case when state = 'calling' then 'created' else state end,
                            accepted_at = coalesce(accepted_at, :at)
                        where key = :key
                        """)
                .bind("handle", machine)
                .bind("at", at)
                .bind("key", key)
                .execute();
    }

    void discarding(Handle handle, String key, String reason) {
        handle.createUpdate(
                        """
                        update placements set state = 'discarding', reason = :reason
                        where key = :key and state <> 'gone'
                        """)
                .bind("reason", reason)
                .bind("key", key)
                .execute();
    }

    void gone(Handle handle, String key, String reason, Instant at) {
        handle.createUpdate(
                        """
                        update placements
                        set state = 'gone', ended_at = :at,
                            reason = case when :reason = '' then reason else :reason end
                        where key = :key and state <> 'gone'
                        """)
                .bind("at", at)
                .bind("reason", reason)
                .bind("key", key)
                .execute();
    }

    /** A way into a private origin. */
    record Pass(
            String label,
            InstanceId instanceId,
            AccountId accountId,
            TeamId teamId,
            String credential,
            List<String> scopes,
            Instant expiresAt) {}

    void addPass(Handle handle, byte[] hash, String kind, Pass pass) {
        handle.createUpdate(
                        """
                        insert into instance_passes
                            (hash, kind, label, instance_id, account_id, team_id, credential,
                             scopes, expires_at)
                        values (:hash, :kind, :label, :instance, :account, :team, :credential,
                                :scopes, :expiresAt)
                        """)
                .bind("hash", hash)
                .bind("kind", kind)
                .bind("label", pass.label())
                .bind("instance", pass.instanceId())
                .bind("account", pass.accountId())
                .bind("team", pass.teamId())
                .bind("credential", pass.credential())
                .bindArray("scopes", String.class, pass.scopes())
                .bind("expiresAt", pass.expiresAt())
                .execute();
    }

    /** Uses a ticket up. */
    Optional<Pass> takeTicket(Handle handle, byte[] hash, String label, Instant at) {
        return handle.createQuery(
                        """
                        delete from instance_passes
                        where hash = :hash and kind = 'ticket' and label = :label
                          and expires_at > :at
                        returning label, instance_id, account_id, team_id, credential, scopes,
                                  expires_at
                        """)
                .bind("hash", hash)
                .bind("label", label)
                .bind("at", at)
                .mapTo(Pass.class)
                .findOne();
    }

    Optional<Pass> pass(Handle handle, byte[] hash) {
        return handle.createQuery(
                        """
                        select label, instance_id, account_id, team_id, credential, scopes,
                               expires_at
                        from instance_passes where hash = :hash and kind = 'pass'
                        """)
                .bind("hash", hash)
                .mapTo(Pass.class)
                .findOne();
    }

    void forgetPasses(Handle handle, InstanceId instance) {
        handle.createUpdate("delete from instance_passes where instance_id = :instance")
                .bind("instance", instance)
                .execute();
    }

    int sweepPasses(Handle handle, Instant at) {
        return handle.createUpdate("delete from instance_passes where expires_at < :at")
                .bind("at", at)
                .execute();
    }

    void stray(Handle handle, String provider, String machine, String key, Instant at) {
        handle.createUpdate(
                        """
                        insert into stray_machines (provider, handle, key, first_seen, last_seen)
                        values (:provider, :handle, :key, :at, :at)
                        on conflict (provider, handle) do update set last_seen = :at
                        """)
                .bind("provider", provider)
                .bind("handle", machine)
                .bind("key", key)
                .bind("at", at)
                .execute();
    }

    /** Forgets strays of a backend that were not seen in its last complete list. */
    void sweepStrays(Handle handle, String provider, Instant seenSince) {
        handle.createUpdate(
                        """
                        delete from stray_machines
                        where provider = :provider and last_seen < :since
                        """)
                .bind("provider", provider)
                .bind("since", seenSince)
                .execute();
    }

    /** A machine nobody here knows. */
    record Stray(String provider, String handle, String key, Instant firstSeen, Instant lastSeen) {}

    List<Stray> strays(Handle handle) {
        return handle.createQuery(
                        """
                        select provider, handle, key, first_seen, last_seen from stray_machines
                        order by provider, handle
                        """)
                .mapTo(Stray.class)
                .list();
    }

    /** Instances in one of the states for longer than that. */
    List<InstanceId> stuck(Handle handle, List<String> states, Instant since) {
        return handle.createQuery(
                        """
                        select id from instances where state = any(:states) and since < :since
                        order by since limit 500
                        """)
                .bindArray("states", String.class, states)
                .bind("since", since)
                .mapTo(InstanceId.class)
                .list();
    }

    /** Instances whose action began before that and never ended. */
    List<InstanceId> busy(Handle handle, Instant since) {
        return handle.createQuery(
                        """
                        select id from instances
                        where action is not null and action_at < :since
                          and state not in ('terminated', 'failed')
                        order by action_at limit 500
                        """)
                .bind("since", since)
                .mapTo(InstanceId.class)
                .list();
    }

    /** What a backend carries or is about to carry. */
    Holding heldBy(Handle handle, String provider) {
        return handle.createQuery(
                        """
                        select count(*) filter (where state not in ('requested', 'provisioning'))
                                as machines,
                            count(*) filter (where state in ('requested', 'provisioning')) as orders
                        from instances
                        where id in (
                            select instance_id from placements
                            where provider = :provider and state <> 'gone'
                            union
                            select instance_id from reservations
                            join nodes on nodes.id = reservations.node_id
                            where nodes.provider = :provider and freed_at is null)
                        """)
                .bind("provider", provider)
                .mapTo(Holding.class)
                .one();
    }
}
