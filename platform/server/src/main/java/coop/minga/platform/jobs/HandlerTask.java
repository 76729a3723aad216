package coop.minga.platform.jobs;

import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A handler as the scheduler knows it. */
final class HandlerTask<P> extends AbstractTask<byte[]> {

    private static final Logger log = LoggerFactory.getLogger(HandlerTask.class);

    private final JobHandler<P> handler;
    private final Runner runner;

    HandlerTask(JobHandler<P> handler, Runner runner) {
        super(
                handler.type().name(),
                byte[].class,
                (complete, operations) ->
                        log.error("Job {} ended outside our hands", complete.getExecution()),
                (complete, operations) -> runner.takeOver(handler, complete.getExecution()));
        this.handler = handler;
        this.runner = runner;
    }

    @Override
    public CompletionHandler<byte[]> execute(TaskInstance<byte[]> task, ExecutionContext context) {
        runner.run(handler, context.getExecution(), task.getData());
        // The outcome is settled already, in a transaction of ours.
        return (complete, operations) -> {};
    }

    @Override
    public SchedulableInstance<byte[]> schedulableInstance(String id) {
        throw new UnsupportedOperationException("Jobs are enqueued through Jobs");
    }

    @Override
    public SchedulableInstance<byte[]> schedulableInstance(String id, byte[] data) {
        throw new UnsupportedOperationException("Jobs are enqueued through Jobs");
    }
}
