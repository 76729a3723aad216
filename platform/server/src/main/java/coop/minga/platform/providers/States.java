package coop.minga.platform.providers;

import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.plugins.Reason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Says how providers are: in the log, as facts, and to whoever listens here. Thread-safe. */
final class States {

    private static final Logger LOG = LoggerFactory.getLogger(States.class);

    private final Db db;
    private final Events events;
    private final List<Consumer<ProviderView>> listeners = new CopyOnWriteArrayList<>();

    States(Db db, Events events) {
        this.db = db;
        this.events = events;
    }

    void listen(Consumer<ProviderView> listener) {
        listeners.add(listener);
    }

    /** Gives a provider its new state and tells everybody when it is another. */
    void changed(Held provider, ProviderState state, @Nullable Reason reason) {
        if (!provider.become(state, reason)) {
            return;
        }
        ProviderRef ref = provider.setup().ref();
        if (state == ProviderState.FAILED && reason != null) {
            LOG.warn("Provider {} failed: {}", ref, reason.text());
        } else {
            LOG.info("Provider {} is {}", ref, state.id());
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("state", state.id());
        if (reason != null) {
            data.put("reason", reason.code());
        }
        try {
            db.useTransaction(handle ->
                    events.publish(
                            handle,
                            new Fact("provider.state", ref.toString(), Set.of(Topic.ADMIN), data)));
        } catch (MingaException e) {
            LOG.debug("The state of {} was not announced", ref, e);
        }
        ProviderView view = provider.view();
        for (Consumer<ProviderView> listener : listeners) {
            try {
                listener.accept(view);
            } catch (RuntimeException e) {
                LOG.warn("A listener to provider states failed on {}", ref, e);
            }
        }
    }
}
