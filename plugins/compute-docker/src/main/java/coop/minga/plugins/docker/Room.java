package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;

/** Knows how much the engine has to give and whether one more instance fits. */
final class Room {
    private final DockerConfig config;
    private final Tag tag;
    private final Containers containers;
    private final Creations creations;

    Room(DockerConfig config, Tag tag, Containers containers, Creations creations) {
        this.config = config;
        this.tag = tag;
        this.containers = containers;
        this.creations = creations;
    }

    /** What the engine has and what is granted of it, by whichever host. */
    Capacity capacity(Call call) {
        EngineInfo info = containers.info(call);
        int disk = config.diskMb();
        long free = Checkup.freeBytes(config, info);
        long cpuMillis = 0;
        long memoryMb = 0;
        long diskMb = 0;
        int ours = 0;
        for (JsonNode container : containers.list(call, "{\"label\":[\"" + Tag.KEY + "\"]}")) {
            Size size = size(container.path("Labels").path(Tag.SIZE).asText(""));
            cpuMillis += size.cpuMillis();
            memoryMb += size.memoryMb();
            diskMb += size.diskMb();
            ours++;
        }
        Size used = new Size(clamped(cpuMillis), clamped(memoryMb), clamped(diskMb));
        if (disk == 0) {
            // Granted disk is mostly not written yet, so it is taken off what is free now.
            disk = free < 0 ? used.diskMb() : clamped(free >> 20);
        }
        Size total =
                new Size(
                        scaled(info.cpus() * 1000L, config.cpuOvercommit()),
                        scaled(info.memoryBytes() >> 20, config.memoryOvercommit()),
                        disk);
        return Capacity.of(total, used).atMost(Math.max(config.maxInstances(), ours));
    }

    /** Why there is no room for a request; empty when there is. */
    Optional<String> lack(Call call, CreateInstance request) {
        EngineInfo info = containers.info(call);
        if (request.size().cpuMillis() > info.cpus() * 1000L) {
            return Optional.of("the engine has " + info.cpus() + " CPUs");
        }
        if (request.size().memoryMb() > info.memoryBytes() >> 20) {
            return Optional.of("the engine has " + (info.memoryBytes() >> 20) + " MiB of memory");
        }
        Set<String> taken = creations.going();
        for (JsonNode container : containers.list(call, tag.hostFilter())) {
            taken.add(Containers.name(container));
        }
        taken.remove(tag.container(call.key()));
        return taken.size() >= config.maxInstances()
                ? Optional.of("all " + config.maxInstances() + " places are taken")
                : Optional.empty();
    }

    private static Size size(String label) {
        return label.matches("[0-9]{1,9}/[0-9]{1,9}/[0-9]{1,9}")
                ? new Size(
                        Integer.parseInt(label.split("/")[0]),
                        Integer.parseInt(label.split("/")[1]),
                        Integer.parseInt(label.split("/")[2]))
                : new Size(0, 0, 0);
    }

    private static int scaled(long amount, BigDecimal factor) {
        return clamped(BigDecimal.valueOf(amount).multiply(factor).longValue());
    }

    private static int clamped(long amount) {
        return (int) Math.min(Integer.MAX_VALUE, amount);
    }
}
