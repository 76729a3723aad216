package coop.minga.platform.events;

import java.util.Map;
import java.util.Set;

/**
 * Something that happened, about to be written down.
 *
 * @param type dotted, for example {@code instance.state}; its last part is the event's name on
 *     browser streams
 * @param subject the public id of what it is about
 * @param topics who may hear it in a browser
 * @param data details without secrets, written as JSON
 */
public record Fact(String type, String subject, Set<Topic> topics, Map<String, Object> data) {

    public Fact {
        topics = Set.copyOf(topics);
    }
}
