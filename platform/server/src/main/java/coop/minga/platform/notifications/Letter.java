package coop.minga.platform.notifications;

import coop.minga.platform.AccountId;
import coop.minga.plugin.api.IdempotencyKey;

/**
 * A mail to be sent.
 *
 * @param key names it for ever: the same fact is told once
 * @param account who gets it
 * @param subject one line in the reader's language
 * @param text the body
 */
public record Letter(String key, AccountId account, String subject, String text) {

    IdempotencyKey idempotencyKey() {
        return new IdempotencyKey(key);
    }

    @Override
    public String toString() {
        return "Letter[" + key + "]";
    }
}
