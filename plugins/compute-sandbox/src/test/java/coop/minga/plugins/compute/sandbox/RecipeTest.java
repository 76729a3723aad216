package coop.minga.plugins.compute.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class RecipeTest {

    @TempDir Path folder;

    private static CreateInstance request(Map<String, String> environment, Workload workload) {
        return new CreateInstance(
                "n",
                new Size(1, 2, 3),
                workload,
                environment,
                List.of("ssh-ed25519 A"),
                Map.of("l", "v"));
    }

    @Test
    void recipeIsReadAsItWasWrittenAndByItsOwnerAlone() throws IOException {
        Recipe recipe =
                new Recipe(
                        new IdempotencyKey("k_1-A"),
                        "digest",
                        "name",
                        new Size(500, 256, 1024),
                        200_001,
                        List.of("sh", "-c", "echo a=b\n:c"),
                        Map.of("A", "x=y\n\"ñ\"", "B", ""),
                        List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)),
                        Optional.of(new Workload.Health("web", "/a:b?c=d", Duration.ofSeconds(3))),
                        List.of(new Recipe.Mount("volumes/0", "/var/lib/a:b", true)),
                        Map.of("team", "t=1"));
        Path file = folder.resolve("recipe");
        recipe.write(file);
        assertThat(Recipe.read(file)).isEqualTo(recipe);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(recipe.toString()).doesNotContain("ñ");
    }

    @Test
    void digestTellsRequestsApartAndIgnoresOrder() {
        Workload plain = Workload.ofCommand("a", "b");
        String digest = Recipe.digest(request(Map.of("A", "1", "B", "2"), plain));
        assertThat(Recipe.digest(request(Map.of("B", "2", "A", "1"), plain))).isEqualTo(digest);
        assertThat(Recipe.digest(request(Map.of("A", "1", "B", "3"), plain))).isNotEqualTo(digest);
        assertThat(Recipe.digest(request(Map.of("A", "1B", "B", "2"), plain))).isNotEqualTo(digest);
        Map<String, String> same = Map.of("A", "1", "B", "2");
        for (Workload other :
                List.of(
                        Workload.ofCommand("a b"),
                        Workload.ofCommand("ab"),
                        plain.withFiles(List.of(new Workload.File("/f", "x", false))),
                        plain.withFiles(List.of(new Workload.File("/f", "x", true))),
                        plain.withPorts(List.of(new Workload.Port("a", 1, Workload.Protocol.TCP))),
                        plain.withOutbound(true))) {
            assertThat(Recipe.digest(request(same, other))).isNotEqualTo(digest);
        }
    }

    @Test
    void nulCannotSmuggleAnEntry() {
        assertThatThrownBy(() -> new Pairs().add("env", "A=1\0uid=0"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void uidsAreGivenOnce() throws IOException {
        Uids uids = new Uids(folder, 300_000, 3);
        List<Optional<Integer>> given =
                List.of(uids.claim("a"), uids.claim("b"), uids.claim("c"), uids.claim("d"));
        assertThat(given.subList(0, 3))
                .doesNotHaveDuplicates()
                .allSatisfy(uid -> assertThat(uid.orElseThrow()).isBetween(300_000, 300_002));
        assertThat(given.get(3)).isEmpty();
        uids.release(given.get(1).orElseThrow());
        assertThat(uids.claim("e")).isEqualTo(given.get(1));
        assertThat(uids.holder(given.get(1).orElseThrow())).contains("e");
    }
}
