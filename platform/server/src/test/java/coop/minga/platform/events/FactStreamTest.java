package coop.minga.platform.events;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.http.EventSource.Message;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class FactStreamTest {

    private final FactStream stream = new FactStream(() -> {});

    private static Message message(long fact) {
        return new Message(Long.toString(fact), "step", "{}");
    }

    private List<String> heard() throws Exception {
        List<String> heard = new ArrayList<>();
        Optional<Message> next = stream.next(Duration.ZERO);
        while (next.isPresent()) {
            heard.add(next.get().id());
            next = stream.next(Duration.ZERO);
        }
        return heard;
    }

    @Test
    void replayKeepsTheOrderOfWhatALaggingTailToldMeanwhile() throws Exception {
        stream.offer(1, message(1));
        stream.offer(3, message(3));
        stream.offer(5, message(5));
        Map<Long, Message> kept = new LinkedHashMap<>();
        for (long fact = 1; fact <= 4; fact++) {
            kept.put(fact, message(fact));
        }

        stream.replay(kept);
        stream.offer(4, message(4));
        stream.offer(6, message(6));

        assertThat(heard()).containsExactly("1", "2", "3", "4", "5", "6");
    }
}
