package coop.minga.platform.supply;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.compute.Need;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Fake vendors behind a deadline, as the real guard gives one. */
public final class FakeBackends implements Backends {

    public static final Set<String> CAPABILITIES = Set.of(Need.USERLAND, Need.LOGS, Need.CONSOLE);

    private final Map<String, FakeBackend> backends = new ConcurrentHashMap<>();
    private final Map<String, Presence> presences = new ConcurrentHashMap<>();
    private final List<BiConsumer<String, IdempotencyKey>> hints = new CopyOnWriteArrayList<>();
    private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();

    public FakeBackends(FakeBackend... all) {
        for (FakeBackend backend : all) {
            backends.put(backend.name, backend);
        }
    }

    public FakeBackend get(String name) {
        return backends.get(name);
    }

    public void setPresence(String name, Presence presence) {
        presences.put(name, presence);
    }

    private Presence presence(String name) {
        return presences.getOrDefault(name, Presence.READY);
    }

    /** A new process listens; the old one is dead. */
    public void forgetListeners() {
        hints.clear();
    }

    @Override
    public List<Backend> all() {
        return backends.keySet().stream()
                .sorted()
                .map(name -> new Backend(name, presence(name), "", CAPABILITIES))
                .toList();
    }

    @Override
    public <T> Outcome<T> call(
            String name, String operation, IdempotencyKey key, Duration within, Work<T> work) {
        FakeBackend backend = backends.get(name);
        if (backend == null || presence(name) != Presence.READY) {
            return new Outcome.Absent<>(name + " is not there");
        }
        Call call = new Call(Instant.now().plus(within), "0".repeat(32), "test", key);
        Future<T> future = pool.submit(() -> work.with(backend, call));
        try {
            return new Outcome.Answered<>(future.get(within.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            future.cancel(true);
            return new Outcome.Unknown<>("no answer in time");
        } catch (ExecutionException e) {
            return e.getCause() instanceof ProviderException refused
                    ? new Outcome.Refused<>(refused)
                    : new Outcome.Unknown<>(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            return new Outcome.Unknown<>("interrupted");
        }
    }

    @Override
    public <T> Outcome<T> stream(String name, String operation, Work<T> work) {
        return call(name, operation, new IdempotencyKey("stream"), Duration.ofHours(1), work);
    }

    @Override
    public void onChange(Consumer<String> listener) {}

    @Override
    public void onHint(BiConsumer<String, IdempotencyKey> listener) {
        hints.add(listener);
        backends.values()
                .forEach(backend ->
                        backend.onChanged(
                                key -> hints.forEach(hint -> hint.accept(backend.name, key))));
    }
}
