package coop.minga.platform.supply;

import coop.minga.platform.InstanceId;
import coop.minga.platform.NodeId;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.Size;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** SQL of nodes and reservations. */
final class SupplyStore {

    private static final String COLUMNS =
            """
            select id, provider, state, reason, capabilities, cap_cpu_millis, cap_memory_mb,
                   cap_disk_mb, cap_instances, used_cpu_millis, used_memory_mb, used_disk_mb,
                   used_instances, refreshed_at
            from nodes
            """;

    /**
     * Conditions under which one more instance fits; the CHECK constraints say the same, so that a
     * mistake here cannot oversell.
     */
    private static final String FITS =
            """
            state = 'ready' and capabilities @> cast(:needs as text[])
            and used_cpu_millis + :cpu <= least(cap_cpu_millis, reported_cpu_millis)
            and used_memory_mb + :memory <= least(cap_memory_mb, reported_memory_mb)
            and used_disk_mb + :disk <= least(cap_disk_mb, reported_disk_mb)
            and used_instances + 1 <= least(cap_instances, reported_instances)
            """;

    List<Node> nodes(Handle handle) {
        return handle.createQuery(COLUMNS + " order by provider").mapTo(Node.class).list();
    }

    void add(Handle handle, NodeId id, String provider) {
        handle.createUpdate(
                        """
                        insert into nodes (id, provider, state)
                        values (:id, :provider, 'unavailable')
                        on conflict (provider) do nothing
                        """)
                .bind("id", id)
                .bind("provider", provider)
                .execute();
    }

    void describe(
            Handle handle,
            String provider,
            String state,
            String reason,
            Collection<String> capabilities) {
        handle.createUpdate(
                        """
                        update nodes
                        set state = :state, reason = :reason, capabilities = :capabilities
                        where provider = :provider
                          and (state, reason, capabilities)
                              is distinct from (:state, :reason, cast(:capabilities as text[]))
                        """)
                .bind("state", state)
                .bind("reason", reason)
                .bindArray("capabilities", String.class, capabilities.stream().sorted().toList())
                .bind("provider", provider)
                .execute();
    }

    /**
     * Takes over what a backend reports. What others use there is not ours to sell; what was
     * reserved before it shrank stays reserved.
     */
    void report(Handle handle, String provider, Capacity capacity, Instant at) {
        handle.createUpdate(
                        """
                        with report as (
                            select id,
                                   greatest(0, :cpu - greatest(0, :usedCpu - used_cpu_millis)) as cpu,
                                   greatest(0, :memory - greatest(0, :usedMemory - used_memory_mb))
                                       as memory,
                                   greatest(0, :disk - greatest(0, :usedDisk - used_disk_mb)) as disk
                            from nodes where provider = :provider for update)
                        update nodes
                        set reported_cpu_millis = report.cpu,
                            reported_memory_mb = report.memory,
                            reported_disk_mb = report.disk,
                            reported_instances = :instances,
                            cap_cpu_millis = greatest(report.cpu, used_cpu_millis),
                            cap_memory_mb = greatest(report.memory, used_memory_mb),
                            cap_disk_mb = greatest(report.disk, used_disk_mb),
                            cap_instances = greatest(:instances, used_instances),
                            refreshed_at = :at
                        from report where nodes.id = report.id
                        """)
                .bind("cpu", (long) capacity.total().cpuMillis())
                .bind("memory", (long) capacity.total().memoryMb())
                .bind("disk", (long) capacity.total().diskMb())
                .bind("usedCpu", (long) capacity.used().cpuMillis())
                .bind("usedMemory", (long) capacity.used().memoryMb())
                .bind("usedDisk", (long) capacity.used().diskMb())
                .bind("instances", (long) capacity.maxInstances())
                .bind("at", at)
                .bind("provider", provider)
                .execute();
    }

    /** A node and its provider. */
    record Candidate(NodeId id, String provider) {}

    /** Where it fits now, least loaded first. */
    List<Candidate> candidates(
            Handle handle, Set<String> needs, Size size, Collection<NodeId> without) {
        return handle.createQuery(
                        "select id, provider from nodes where "
                                + FITS
                                + """
                                 and not (id = any(:without))
                                order by greatest(
                                    used_cpu_millis::numeric / greatest(1, cap_cpu_millis),
                                    used_memory_mb::numeric / greatest(1, cap_memory_mb),
                                    used_disk_mb::numeric / greatest(1, cap_disk_mb)), provider
                                """)
                .bindArray("needs", String.class, List.copyOf(needs))
                .bind("cpu", (long) size.cpuMillis())
                .bind("memory", (long) size.memoryMb())
                .bind("disk", (long) size.diskMb())
                .bindArray("without", UUID.class, without.stream().map(NodeId::value).toList())
                .mapTo(Candidate.class)
                .list();
    }

    /** Takes room on a node and writes down who has it; false when it does not fit any more. */
    boolean take(
            Handle handle,
            UUID id,
            InstanceId instance,
            NodeId node,
            Set<String> needs,
            Size size,
            Instant at) {
        return handle.createUpdate(
                                """
                                with taken as (
                                    update nodes
                                    set used_cpu_millis = used_cpu_millis + :cpu,
                                        used_memory_mb = used_memory_mb + :memory,
                                        used_disk_mb = used_disk_mb + :disk,
                                        used_instances = used_instances + 1
                                    where id = :node and
                                """
                                        + FITS
                                        + """
                                            returning id)
                                        insert into reservations
                                            (id, instance_id, node_id, cpu_millis, memory_mb, disk_mb, created_at)
                                        select :id, :instance, taken.id, :cpu, :memory, :disk, :at from taken
                                        """)
                        .bindArray("needs", String.class, List.copyOf(needs))
                        .bind("cpu", size.cpuMillis())
                        .bind("memory", size.memoryMb())
                        .bind("disk", size.diskMb())
                        .bind("node", node)
                        .bind("id", id)
                        .bind("instance", instance)
                        .bind("at", at)
                        .execute()
                == 1;
    }

    private record Freed(NodeId nodeId, long cpuMillis, long memoryMb, long diskMb) {}

    /** Gives back exactly what was taken, once. */
    void free(Handle handle, InstanceId instance, Instant at) {
        Optional<Freed> freed =
                handle.createQuery(
                                """
                                update reservations set freed_at = :at
                                where instance_id = :instance and freed_at is null
                                returning node_id, cpu_millis, memory_mb, disk_mb
                                """)
                        .bind("at", at)
                        .bind("instance", instance)
                        .mapTo(Freed.class)
                        .findOne();
        freed.ifPresent(f ->
                handle.createUpdate(
                                """
                                update nodes
                                set used_cpu_millis = used_cpu_millis - :cpu,
                                    used_memory_mb = used_memory_mb - :memory,
                                    used_disk_mb = used_disk_mb - :disk,
                                    used_instances = used_instances - 1,
                                    cap_cpu_millis =
                                        greatest(reported_cpu_millis, used_cpu_millis - :cpu),
                                    cap_memory_mb =
                                        greatest(reported_memory_mb, used_memory_mb - :memory),
                                    cap_disk_mb =
                                        greatest(reported_disk_mb, used_disk_mb - :disk),
                                    cap_instances =
                                        greatest(reported_instances, used_instances - 1)
                                where id = :node
                                """)
                        .bind("cpu", f.cpuMillis())
                        .bind("memory", f.memoryMb())
                        .bind("disk", f.diskMb())
                        .bind("node", f.nodeId())
                        .execute());
    }

    /** Nodes whose counters differ from the sum of what is reserved on them: none, ever. */
    List<String> discrepancies(Handle handle) {
        return handle.createQuery(
                        """
                        select n.provider from nodes n
                        left join reservations r on r.node_id = n.id and r.freed_at is null
                        group by n.id
                        having n.used_instances <> count(r.id)
                            or n.used_cpu_millis <> coalesce(sum(r.cpu_millis), 0)
                            or n.used_memory_mb <> coalesce(sum(r.memory_mb), 0)
                            or n.used_disk_mb <> coalesce(sum(r.disk_mb), 0)
                        order by n.provider
                        """)
                .mapTo(String.class)
                .list();
    }
}
