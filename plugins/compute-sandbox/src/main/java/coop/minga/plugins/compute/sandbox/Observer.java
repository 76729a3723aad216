package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says how an instance is doing, from what its supervisor wrote down and whether it still lives.
 */
final class Observer {

    /** How long a supervisor may take to its first report on a machine out of breath. */
    private static final Duration FIRST_REPORT = Duration.ofSeconds(10);

    private static final int PAGE = 200;

    private final Ground ground;
    private final Instances instances;
    private final Adoption adoption;

    Observer(Ground ground, Instances instances, Adoption adoption) {
        this.ground = ground;
        this.instances = instances;
        this.adoption = adoption;
    }

    /** One instance, gone when there is none. */
    Observation look(InstanceHandle handle) throws IOException {
        String id = Instances.id(handle);
        if (id.isEmpty() || !instances.exists(id)) {
            return Observation.gone(handle);
        }
        Recipe recipe;
        try {
            recipe = instances.recipe(id);
        } catch (NoSuchFileException e) {
            return Observation.gone(handle);
        }
        Path instance = ground.instance(id);
        Observation seen =
                Status.read(instance.resolve("status"))
                        .map(status -> seen(handle, recipe, status))
                        .orElseGet(() -> unseen(handle, instance));
        return seen.withKey(recipe.key());
    }

    private static Observation seen(InstanceHandle handle, Recipe recipe, Status status) {
        if (!status.ended() && !status.alive()) {
            return Observation.of(
                            handle,
                            Observation.State.STOPPED,
                            "The machine or the instance's supervisor went down")
                    .withStartedAt(status.startedAt());
        }
        Observation observation =
                switch (status.state()) {
                    case "starting" ->
                            Observation.of(handle, Observation.State.STARTING, status.message());
                    case "running" ->
                            Observation.of(handle, Observation.State.RUNNING, status.message())
                                    .withEndpoints(endpoints(recipe, status));
                    default -> Observation.of(handle, ended(status), status.message());
                };
        observation = observation.withStartedAt(status.startedAt());
        return status.exitCode().isPresent()
                ? observation.withExitCode(status.exitCode().get())
                : observation;
    }

    private static Observation.State ended(Status status) {
        return switch (status.reason()) {
            case "stopped", "disk", "reserve" -> Observation.State.STOPPED;
            case "exited" ->
                    status.exitCode().orElse(1) == 0
                            ? Observation.State.STOPPED
                            : Observation.State.FAILED;
            default -> Observation.State.FAILED;
        };
    }

    /** No report yet: on its way, or it never got that far. */
    private Observation unseen(InstanceHandle handle, Path instance) {
        return isOverdue(instance)
                ? Observation.of(
                        handle,
                        Observation.State.FAILED,
                        "The supervisor did not start: "
                                + Launcher.complaint(instance).orElse("it said nothing"))
                : Observation.of(handle, Observation.State.CREATING, "");
    }

    /** Whether a supervisor that has not reported yet should have done so by now. */
    boolean isOverdue(Path instance) {
        Instant launched;
        try {
            launched = Files.getLastModifiedTime(instance.resolve("launch")).toInstant();
        } catch (IOException e) {
            return false;
        }
        // The file's own clock is the machine's, and so is this one; the host's may be another.
        return !adoption.goesOn() && launched.plus(FIRST_REPORT).isBefore(Instant.now());
    }

    private static List<Endpoint> endpoints(Recipe recipe, Status status) {
        return recipe.ports().stream()
                .map(port ->
                        new Endpoint(
                                port.name(),
                                port.number(),
                                new Endpoint.UnixSocket(
                                        status.sockets().resolve(Integer.toString(port.number())))))
                .toList();
    }

    /** All instances in the order of their ids, page by page. */
    Page<Observation> list(Page.Token token) throws IOException {
        List<String> ids =
                instances.ids().stream().filter(id -> id.compareTo(token.value()) > 0).toList();
        List<String> page = ids.subList(0, Math.min(PAGE, ids.size()));
        List<Observation> seen = new ArrayList<>();
        for (String id : page) {
            Observation observation = look(new InstanceHandle(id));
            if (observation.state() != Observation.State.GONE) {
                seen.add(observation);
            }
        }
        return new Page<>(
                seen,
                ids.size() > page.size()
                        ? Optional.of(new Page.Token(page.getLast()))
                        : Optional.empty());
    }
}
