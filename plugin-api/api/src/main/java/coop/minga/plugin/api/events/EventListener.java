package coop.minga.plugin.api.events;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Provider;

import java.util.Set;

/**
 * Is told what happened, at least once, in no promised order, after it is committed. A slow
 * listener delays nobody but itself.
 */
public interface EventListener extends Provider {

    /** The event types wanted, for example {@code instance.running}; empty for all. */
    Set<String> types();

    /** Takes an event; throwing means "again later". */
    void on(Call call, Event event);
}
