package coop.minga.platform.admin;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.List;

/** SQL that looks across features; each query lists what must not be. */
final class ConsistencyStore {

    /** Orders whose machine and money do not tell the same story. */
    List<String> orders(Handle handle) {
        return handle.createQuery(
                        """
                        select 'order ' || o.id || ' is ' || o.state || ', its instance '
                               || coalesce(i.state, 'missing') || ', its subscription '
                               || coalesce(s.state, 'missing')
                        from orders o
                        left join instances i on i.id = o.instance_id and i.order_id = o.id
                        left join subscriptions s
                            on s.id = o.subscription_id and s.order_id = o.id
                        where i.id is null or s.id is null
                           or not case o.state
                                when 'fulfilled' then
                                    i.activated_at is not null
                                    and s.activated_at is not null
                                    and case when i.state in ('terminated', 'failed')
                                             then s.ended_at is not null
                                             else s.ended_at is null end
                                when 'failed' then
                                    i.state in ('failed', 'terminated')
                                    and i.activated_at is null
                                    and s.state = 'cancelled' and s.activated_at is null
                                when 'cancelled' then
                                    i.state = 'terminated' and i.activated_at is null
                                    and s.state = 'cancelled' and s.activated_at is null
                                else
                                    i.activated_at is null
                                    and i.state not in ('terminated', 'failed')
                                    and s.state = 'pending_activation'
                              end
                        order by o.created_at limit 100
                        """)
                .mapTo(String.class)
                .list();
    }

    /** Funds still held for what is over. */
    List<String> holds(Handle handle) {
        return handle.createQuery(
                        """
                        select 'subscription ' || id || ' is ' || state || ' and still holds funds'
                        from subscriptions
                        where hold_id is not null
                          and (state in ('cancelled', 'expired', 'suspended')
                               or ended_at is not null)
                        order by created_at limit 100
                        """)
                .mapTo(String.class)
                .list();
    }

    /** Instances without room, and room without an instance. */
    List<String> reservations(Handle handle) {
        return handle.createQuery(
                        """
                        select 'instance ' || coalesce(i.id, r.instance_id) || ' is '
                               || coalesce(i.state, 'missing') || ' and has '
                               || count(r.id) || ' reservations'
                        from instances i
                        full join reservations r
                            on r.instance_id = i.id and r.freed_at is null
                        where i.id is not null or r.freed_at is null
                        group by i.id, r.instance_id, i.state
                        having count(r.id) <> case
                            when i.id is null or i.state in ('terminated', 'failed') then 0
                            else 1 end
                        limit 100
                        """)
                .mapTo(String.class)
                .list();
    }

    /** Instances with more than one placement that may exist. */
    List<String> placements(Handle handle) {
        return handle.createQuery(
                        """
                        select 'instance ' || i.id || ' is ' || i.state || ' with '
                               || count(p.key) || ' placements that may exist'
                        from instances i
                        join placements p on p.instance_id = i.id and p.state <> 'gone'
                        group by i.id, i.state
                        having count(p.key) > case
                            when i.state in ('terminated', 'failed') then 0 else 1 end
                        limit 100
                        """)
                .mapTo(String.class)
                .list();
    }

    /** Jobs that should have run, and those given up. */
    List<String> jobs(Handle handle, Instant overdueSince) {
        return handle.createQuery(
                        """
                        select 'job ' || task_name || '/' || task_instance || ' is due since '
                               || execution_time
                        from scheduled_tasks where not picked and execution_time < :since
                        union all
                        select 'job ' || task_name || '/' || task_instance || ' was given up: '
                               || last_error
                        from dead_jobs
                        limit 100
                        """)
                .bind("since", overdueSince)
                .mapTo(String.class)
                .list();
    }

    /** What a placement should look like on its backend. */
    record Expected(String key, String state, String instanceState, String provider) {}

    List<Expected> expected(Handle handle, String provider) {
        return handle.createQuery(
                        """
                        select p.key, p.state, i.state as instance_state, p.provider
                        from placements p join instances i on i.id = p.instance_id
                        where p.provider = :provider
                        """)
                .bind("provider", provider)
                .mapTo(Expected.class)
                .list();
    }
}
