package coop.minga.platform.jobs;

import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/** The operators' page of jobs. */
public final class JobRoutes implements Routes {

    private static final Set<String> STATES =
            Set.of("scheduled", "running", "waiting", "retrying", "dead");

    private final DurableJobs jobs;

    public JobRoutes(DurableJobs jobs) {
        this.jobs = jobs;
    }

    /** A page of jobs, newest first. */
    public record JobPage(List<JobView> items, @Nullable String nextCursor) {}

    /** Which job was meant. */
    public record JobAccepted(JobId jobId) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/jobs", Access.staff())
                .summary("Jobs that wait, run, or were given up")
                .query("state", "type", "cursor", "limit")
                .answers(200, JobPage.class)
                .handle(this::list);
        table.post("/api/v1/admin/jobs/{id}/retry", Access.admins())
                .summary("Run a job now, also one that was given up")
                .answers(202, JobAccepted.class)
                .limit(RateLimit.WRITE)
                .handle(this::retry);
    }

    private Reply list(Exchange exchange) {
        String state = exchange.query("state").orElse(null);
        if (state != null && !STATES.contains(state)) {
            throw MingaException.invalid(
                    "query:state",
                    "unknown-value",
                    "state must be one of scheduled, running, waiting, retrying, dead.",
                    "state debe ser scheduled, running, waiting, retrying o dead.");
        }
        int limit = exchange.query("limit", 50, 1, 100);
        List<JobView> found =
                jobs.list(
                        state, exchange.query("type").orElse(null), Cursor.of(exchange), limit + 1);
        if (found.size() <= limit) {
            return Reply.ok(new JobPage(found, null));
        }
        List<JobView> page = found.subList(0, limit);
        JobView last = page.getLast();
        return Reply.ok(new JobPage(page, new Cursor(last.createdAt(), last.id().value()).text()));
    }

    private Reply retry(Exchange exchange) {
        JobId id = JobId.parse(exchange.path("id"));
        jobs.retry(
                id,
                exchange.principal().account().toString(),
                exchange.address(),
                exchange.traceId());
        return Reply.accepted(new JobAccepted(id));
    }
}
