package coop.minga.plugins.docker;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.CreateInstance;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.ReentrantLock;

/** The making of one instance that goes on. */
final class Work {
    final IdempotencyKey key;
    final CreateInstance request;
    volatile String message = "";
    volatile boolean cancelled;
    volatile @Nullable Thread thread;

    /**
     * Held from the container's creation to its start. Ending the work waits for it: what the
     * engine is making cannot be called back, only removed when it is there.
     */
    final ReentrantLock making = new ReentrantLock();

    Work(IdempotencyKey key, CreateInstance request) {
        this.key = key;
        this.request = request;
    }
}
