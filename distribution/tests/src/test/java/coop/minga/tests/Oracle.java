package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold after every fault, seen from outside by an administrator. */
final class Oracle {

    private static final Set<String> GONE = Set.of("terminated", "failed");

    private final RunningMinga minga;
    private final Caller admin;

    Oracle(RunningMinga minga, Caller admin) {
        this.minga = minga;
        this.admin = admin;
    }

    /**
     * Fails unless: the books prove themselves; every order is over, and fulfilled with one
     * instance or failed; the backend holds exactly our living instances; no job was given up.
     */
    void check() {
        JsonNode books = admin.post("/admin/books/verify", Map.of()).must(200).json();
        assertThat(books.path("balanced").asBoolean()).as("books: %s", books).isTrue();

        Map<String, JsonNode> instances = new HashMap<>();
        for (JsonNode instance : admin.all("/admin/instances")) {
            assertThat(instances.put(instance.path("id").asText(), instance)).isNull();
        }
        Set<String> settled = Set.of("fulfilled", "failed", "canceled", "cancelled");
        for (JsonNode order : admin.all("/admin/orders")) {
            String state = order.path("state").asText();
            assertThat(state).as("order %s", order).isIn(settled);
            JsonNode instance = instances.get(order.path("instance_id").asText());
            assertThat(instance).as("instance of %s", order).isNotNull();
            if (!state.equals("fulfilled")) {
                assertThat(instance.path("state").asText()).as("%s", instance).isIn(GONE);
            }
        }
        List<JsonNode> live =
                instances.values().stream()
                        .filter(instance -> !GONE.contains(instance.path("state").asText()))
                        .toList();
        assertThat(live)
                .allSatisfy(instance ->
                        assertThat(instance.path("state").asText()).isIn("running", "stopped"));
        assertThat(minga.sandboxes().stream().map(Path::getFileName).toList())
                .as("sandboxes of %s", live)
                .hasSize(live.size());
        for (JsonNode job : admin.all("/admin/jobs")) {
            assertThat(job.path("state").asText()).as("%s", job).isNotEqualTo("dead");
        }
        JsonNode again = admin.get("/admin/books").must(200).json();
        assertThat(again.path("balanced").asBoolean()).isTrue();
    }
}
