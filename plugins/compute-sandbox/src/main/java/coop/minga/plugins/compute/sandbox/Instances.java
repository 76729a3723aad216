package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.InstanceHandle;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which instances stand on the ground, what each was asked to be, and the lock under which one is
 * changed. What is true stands on disk; only recipes, which never change, are remembered.
 */
final class Instances {

    private final Ground ground;
    private final ConcurrentHashMap<String, Recipe> recipes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    Instances(Ground ground) {
        this.ground = ground;
    }

    /** The id a handle stands for, empty when no handle of ours looks like that. */
    static String id(InstanceHandle handle) {
        return Ground.isId(handle.value()) ? handle.value() : "";
    }

    /**
     * The id of an instance that is there.
     *
     * @throws ProviderException {@code NOT_FOUND}
     */
    String present(InstanceHandle handle) {
        String id = id(handle);
        if (id.isEmpty() || !exists(id)) {
            throw new ProviderException(
                    ProviderException.Code.NOT_FOUND,
                    Text.of(
                            "No instance " + handle.value(),
                            "No existe la instancia " + handle.value()));
        }
        return id;
    }

    boolean exists(String id) {
        return Files.isDirectory(ground.instance(id));
    }

    /** In order; none where nothing was made yet. */
    List<String> ids() throws IOException {
        return Files.isDirectory(ground.instances()) ? ground.ids() : List.of();
    }

    /**
     * What an instance was asked to be.
     *
     * @throws java.nio.file.NoSuchFileException when there is no such instance (any more)
     */
    Recipe recipe(String id) throws IOException {
        Recipe known = recipes.get(id);
        if (known == null) {
            known = Recipe.read(ground.instance(id).resolve("recipe"));
            recipes.put(id, known);
        }
        return known;
    }

    void remember(String id, Recipe recipe) {
        recipes.put(id, recipe);
    }

    void forget(String id) {
        recipes.remove(id);
    }

    /** To be held while an instance is made, started, stopped or destroyed. */
    ReentrantLock lock(String id) {
        return locks.computeIfAbsent(id, any -> new ReentrantLock());
    }

    /** Bytes on disk, as the supervisor measured them last. */
    long disk(String id) {
        String text = Machine.firstLine(ground.instance(id).resolve("disk"));
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
