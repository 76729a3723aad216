package coop.minga.plugin.api.messaging;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Provider;

import java.util.Optional;

/** Delivers messages. Bodies are never logged. */
public interface MessagingChannel extends Provider {

    /** Hands a message over. The same key sends once, however often it is called. */
    SendResult send(Call call, Message message);

    /** What became of the message sent under a key; empty when there certainly was none. */
    Optional<SendResult> find(Call call, IdempotencyKey key);
}
