package coop.minga.platform.app;

import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Guarded;
import coop.minga.platform.providers.ProviderService;
import coop.minga.platform.providers.ProviderView;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.ComputeBackend;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The compute providers of the workshop as the backends that supply, orders and instances know. */
final class ProviderBackends implements Backends {

    private final ProviderService providers;
    private final List<Consumer<String>> changeListeners = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<String, IdempotencyKey>> hintListeners =
            new CopyOnWriteArrayList<>();

    ProviderBackends(ProviderService providers) {
        this.providers = providers;
        providers.onChange((ref, key) -> {
            if (ref.kind() == Kind.COMPUTE) {
                hintListeners.forEach(listener -> listener.accept(ref.name(), key));
            }
        });
        providers.onState(view -> {
            if (view.ref().kind() == Kind.COMPUTE) {
                changeListeners.forEach(listener -> listener.accept(view.ref().name()));
            }
        });
    }

    @Override
    public List<Backend> all() {
        return providers.list().stream()
                .filter(view -> view.ref().kind() == Kind.COMPUTE)
                .map(ProviderBackends::backend)
                .toList();
    }

    private static Backend backend(ProviderView view) {
        return new Backend(
                view.ref().name(),
                presence(view),
                view.reason() == null ? view.state().name() : view.reason().text().in("en"),
                view.capabilities());
    }

    private static Presence presence(ProviderView view) {
        return switch (view.state()) {
            case READY, DEGRADED -> Presence.READY;
            case PROBING -> Presence.COMING;
            // With a reason its plugin is missing; without one it is about to be opened.
            case CONFIGURED -> view.reason() == null ? Presence.COMING : Presence.AWAY;
            case NOT_SET_UP, FAILED, DRAINING, CLOSED -> Presence.AWAY;
        };
    }

    @Override
    public <T> Outcome<T> call(
            String name, String operation, IdempotencyKey key, Duration within, Work<T> work) {
        Optional<Guarded<ComputeBackend>> backend =
                providers.get(Kind.COMPUTE, name, ComputeBackend.class);
        if (backend.isEmpty()) {
            return absent(name);
        }
        return outcome(
                backend.get()
                        .call(
                                Ask.effect(operation, key).within(within),
                                (compute, call) -> run(work, compute, call)));
    }

    @Override
    public <T> Outcome<T> stream(String name, String operation, Work<T> work) {
        Optional<Guarded<ComputeBackend>> backend =
                providers.get(Kind.COMPUTE, name, ComputeBackend.class);
        if (backend.isEmpty()) {
            return absent(name);
        }
        AtomicReference<Optional<T>> result = new AtomicReference<>(Optional.empty());
        coop.minga.platform.providers.Outcome<Boolean> done =
                backend.get().stream(
                        Ask.reading(operation),
                        ComputeBackend.class,
                        (compute, call) ->
                                result.set(Optional.ofNullable(run(work, compute, call))));
        return outcome(
                done.map(unused ->
                        result.get()
                                .orElseThrow(() ->
                                        new IllegalStateException(
                                                operation + " gave nothing back"))));
    }

    @Override
    public void onChange(Consumer<String> listener) {
        changeListeners.add(listener);
    }

    @Override
    public void onHint(BiConsumer<String, IdempotencyKey> listener) {
        hintListeners.add(listener);
    }

    private static <T> T run(Work<T> work, ComputeBackend backend, Call call) {
        try {
            return work.with(backend, call);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ProviderException(
                    ProviderException.Code.INTERNAL, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * What was never begun is absence, so that nobody asks a backend about something it was not
     * told.
     */
    private static <T> Outcome<T> outcome(coop.minga.platform.providers.Outcome<T> outcome) {
        return switch (outcome) {
            case coop.minga.platform.providers.Outcome.Done<T>(T value) ->
                    new Outcome.Answered<>(value);
            case coop.minga.platform.providers.Outcome.Unknown<T>(Text reason) ->
                    new Outcome.Unknown<>(reason.in("en"));
            case coop.minga.platform.providers.Outcome.Failed<T> failed -> failed(failed);
        };
    }

    private static <T> Outcome<T> failed(coop.minga.platform.providers.Outcome.Failed<T> failed) {
        if (failed.code() == ProviderException.Code.LIMIT) {
            return new Outcome.Refused<>(
                    ProviderException.limit(
                            failed.reason(), failed.retryAfter().orElse(Duration.ofSeconds(1))));
        }
        if (!failed.called()) {
            return new Outcome.Absent<>(failed.reason().in("en"));
        }
        return new Outcome.Refused<>(new ProviderException(failed.code(), failed.reason()));
    }

    private <T> Outcome<T> absent(String name) {
        return new Outcome.Absent<>(providers.absence(Kind.COMPUTE, name));
    }
}
