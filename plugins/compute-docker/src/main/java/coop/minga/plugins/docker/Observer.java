package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Says how instances are doing, those included that have no container yet. */
final class Observer {
    private static final int PAGE = 100;

    private final Tag tag;
    private final Containers containers;
    private final Creations creations;
    private final Sight sight;
    private final Readiness readiness;

    Observer(
            Tag tag, Containers containers, Creations creations, Sight sight, Readiness readiness) {
        this.tag = tag;
        this.containers = containers;
        this.creations = creations;
        this.sight = sight;
        this.readiness = readiness;
    }

    /** One instance, being made or there; empty when it is neither. */
    Optional<Observation> look(Call call, InstanceHandle handle, IdempotencyKey key) {
        Optional<JsonNode> there = containers.inspect(call, handle.value());
        if (there.isEmpty()) {
            readiness.forget(handle.value());
            Optional<Observation> making = creations.observe(key);
            if (making.isPresent()) {
                return making;
            }
            // It may have been made between the two looks.
            there = containers.inspect(call, handle.value());
        }
        return there.filter(inspected -> tag.isOurs(Sight.labels(inspected), key))
                .map(inspected -> seen(handle, key, inspected));
    }

    private Observation seen(InstanceHandle handle, IdempotencyKey key, JsonNode inspected) {
        boolean created = Sight.isCreated(inspected);
        return sight.of(
                handle, key, inspected, created ? creations.observe(key) : Optional.empty());
    }

    /** All instances of this host in the order of their names, page by page. */
    Page<Observation> list(Call call, Page.Token token) {
        List<String> names = new ArrayList<>();
        for (JsonNode container : containers.list(call, tag.hostFilter())) {
            String name = Containers.name(container);
            Optional<IdempotencyKey> key =
                    name.isEmpty() ? Optional.empty() : tag.key(new InstanceHandle(name));
            if (key.isPresent() && tag.isOurs(container.path("Labels"), key.get())) {
                names.add(name);
            }
        }
        Set<String> made = new HashSet<>(names);
        Map<String, Observation> unmade = new LinkedHashMap<>();
        for (Observation making : creations.unmade(made)) {
            unmade.put(making.handle().value(), making);
            names.add(making.handle().value());
        }
        List<String> rest =
                names.stream()
                        .distinct()
                        .sorted()
                        .filter(name -> token.isFirst() || name.compareTo(token.value()) > 0)
                        .toList();
        List<Observation> items = new ArrayList<>();
        for (String name : rest.subList(0, Math.min(PAGE, rest.size()))) {
            Observation making = unmade.get(name);
            if (making != null) {
                items.add(making);
                continue;
            }
            InstanceHandle handle = new InstanceHandle(name);
            tag.key(handle).flatMap(key -> look(call, handle, key)).ifPresent(items::add);
        }
        return new Page<>(
                items,
                rest.size() > PAGE
                        ? Optional.of(new Page.Token(rest.get(PAGE - 1)))
                        : Optional.empty());
    }

    /**
     * The key inside a handle.
     *
     * @throws ProviderException {@code NOT_FOUND} when this host never made it
     */
    IdempotencyKey required(InstanceHandle handle) {
        return tag.key(handle).orElseThrow(Observer::notFound);
    }

    /**
     * Whether the instance is still being made and has no container yet.
     *
     * @throws ProviderException {@code NOT_FOUND} when there is neither
     */
    boolean isUnmade(Call call, InstanceHandle handle, IdempotencyKey key) {
        Optional<JsonNode> there = containers.inspect(call, handle.value());
        if (there.filter(inspected -> tag.isOurs(Sight.labels(inspected), key)).isPresent()) {
            return false;
        }
        if (there.isEmpty() && creations.observe(key).isPresent()) {
            return true;
        }
        throw notFound();
    }

    private static ProviderException notFound() {
        return new ProviderException(
                Code.NOT_FOUND, Text.of("There is no such instance", "No existe esa instancia"));
    }
}
