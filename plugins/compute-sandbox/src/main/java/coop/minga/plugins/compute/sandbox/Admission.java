package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets requests in: refuses what a sandbox cannot be and what there is no room for, and makes the
 * directory of the rest, once per key.
 */
final class Admission {

    private final SandboxSettings settings;
    private final Machine machine;
    private final Ground ground;
    private final Instances instances;
    private final Uids uids;
    private final Setup setup;
    private final ReentrantLock admitting = new ReentrantLock();

    Admission(
            SandboxSettings settings,
            Machine machine,
            Ground ground,
            Instances instances,
            Uids uids,
            Setup setup) {
        this.settings = settings;
        this.machine = machine;
        this.ground = ground;
        this.instances = instances;
        this.uids = uids;
        this.setup = setup;
    }

    /** What there is to give and what is given. */
    Capacity capacity() throws IOException {
        long cpu = 0;
        long memory = 0;
        long disk = 0;
        for (String id : instances.ids()) {
            try {
                Size size = instances.recipe(id).size();
                cpu += size.cpuMillis();
                memory += size.memoryMb();
                disk += size.diskMb();
            } catch (NoSuchFileException e) {
                // Destroyed while we counted.
            }
        }
        long totalCpu =
                settings.cpuMillis() > 0 ? settings.cpuMillis() : Machine.processors() * 4000L;
        long totalMemory =
                settings.memoryMb() > 0 ? settings.memoryMb() : Machine.memoryMb() * 6 / 10;
        long totalDisk = settings.diskMb();
        if (totalDisk == 0) {
            Path there = Files.isDirectory(ground.data()) ? ground.data() : Path.of("/");
            long free = Files.getFileStore(there).getUsableSpace() >> 20;
            totalDisk = Math.max(0, free - settings.diskReserveMb()) + written();
        }
        return Capacity.of(
                        new Size(whole(totalCpu), whole(totalMemory), whole(totalDisk)),
                        new Size(whole(cpu), whole(memory), whole(disk)))
                .atMost(settings.maxInstances());
    }

    private long written() throws IOException {
        long bytes = 0;
        for (String id : instances.ids()) {
            bytes += instances.disk(id);
        }
        return bytes >> 20;
    }

    private static int whole(long value) {
        return (int) Math.min(value, Integer.MAX_VALUE);
    }

    /**
     * Makes an instance and starts it; what a crash kept from being started under the same key is
     * started now.
     *
     * @throws ProviderException {@code IDEMPOTENCY_MISMATCH} when the key made another one
     */
    CreateResult create(Call call, CreateInstance request)
            throws IOException, InterruptedException {
        Optional<String> never = objection(request);
        if (never.isPresent()) {
            return CreateResult.rejected(never.get());
        }
        String id = Ground.idOf(call.key());
        String digest = Recipe.digest(request);
        ReentrantLock lock = instances.lock(id);
        lock.lock();
        try {
            setup.prepared();
            if (!instances.exists(id)) {
                Optional<CreateResult> refused = make(id, call.key(), digest, request);
                if (refused.isPresent()) {
                    return refused.get();
                }
            }
            Recipe recipe = instances.recipe(id);
            if (!recipe.key().equals(call.key()) || !recipe.digest().equals(digest)) {
                throw new ProviderException(
                        ProviderException.Code.IDEMPOTENCY_MISMATCH,
                        Text.of(
                                "Key " + call.key() + " was used with another request",
                                "La clave " + call.key() + " se usó con otra petición"));
            }
            if (!Files.exists(ground.instance(id).resolve("launch"))) {
                setup.prepared().launcher().launch(id, recipe);
            }
            return CreateResult.accepted(new InstanceHandle(id));
        } finally {
            lock.unlock();
        }
    }

    private static Optional<String> objection(CreateInstance request) {
        Workload workload = request.workload();
        if (workload.image().isPresent()) {
            return Optional.of("A sandbox does not run images");
        }
        if (workload.outbound()) {
            return Optional.of("A sandbox has no network to the outside");
        }
        if (!request.name().matches("[a-z0-9-]{1,40}")) {
            return Optional.of("The name must match [a-z0-9-]{1,40}");
        }
        Set<Integer> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Workload.Port port : workload.ports()) {
            if (!numbers.add(port.number()) || !names.add(port.name())) {
                return Optional.of("Port " + port.name() + " is listed twice");
            }
        }
        if (workload.ports().size() > 32) {
            return Optional.of("A sandbox has at most 32 ports");
        }
        if (workload.health().isPresent()) {
            Workload.Health health = workload.health().get();
            if (!names.contains(health.port()) || !health.path().matches("/[!-~]{0,500}")) {
                return Optional.of(
                        "The health check needs a listed port and a path without blanks");
            }
        }
        for (Map.Entry<String, String> variable : request.environment().entrySet()) {
            if (!Workload.isEnvironmentName(variable.getKey())
                    || variable.getValue().indexOf('\0') >= 0) {
                return Optional.of("Variable " + variable.getKey() + " cannot be set");
            }
        }
        if (workload.command().stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            return Optional.of("The command cannot be run");
        }
        return Userland.objection(workload);
    }

    /** Makes the directory, whole or not at all; answers only when there is no room for it. */
    private Optional<CreateResult> make(
            String id, IdempotencyKey key, String digest, CreateInstance request)
            throws IOException, InterruptedException {
        admitting.lock();
        try {
            Capacity capacity = capacity();
            Optional<String> full = lack(capacity, instances.ids().size(), request.size());
            if (full.isPresent()) {
                return Optional.of(CreateResult.noCapacity(full.get()));
            }
            int uid = 0;
            if (machine.root()) {
                Optional<Integer> claimed = uids.claim(id);
                if (claimed.isEmpty()) {
                    return Optional.of(CreateResult.noCapacity("All tenant uids are taken"));
                }
                uid = claimed.get();
            }
            Path fresh = ground.spare();
            try {
                Recipe recipe =
                        new Recipe(
                                key,
                                digest,
                                request.name(),
                                request.size(),
                                uid,
                                request.workload().command(),
                                request.environment(),
                                request.workload().ports(),
                                request.workload().health(),
                                Userland.fill(fresh.resolve("box"), request, uid),
                                request.labels());
                recipe.write(fresh.resolve("recipe"));
                Files.move(fresh, ground.instance(id), StandardCopyOption.ATOMIC_MOVE);
                instances.remember(id, recipe);
            } catch (FileSystemException e) {
                ground.erase(fresh);
                if (uid > 0) {
                    uids.release(uid);
                }
                if (!instances.exists(id)) {
                    throw e;
                }
            }
            return Optional.empty();
        } finally {
            admitting.unlock();
        }
    }

    private static Optional<String> lack(Capacity capacity, int instances, Size wanted) {
        Size total = capacity.total();
        Size used = capacity.used();
        if (instances >= capacity.maxInstances()) {
            return Optional.of("The most instances, " + capacity.maxInstances() + ", are there");
        }
        if ((long) used.cpuMillis() + wanted.cpuMillis() > total.cpuMillis()) {
            return Optional.of("No CPU left");
        }
        if ((long) used.memoryMb() + wanted.memoryMb() > total.memoryMb()) {
            return Optional.of("No memory left");
        }
        if ((long) used.diskMb() + wanted.diskMb() > total.diskMb()) {
            return Optional.of("No disk space left");
        }
        return Optional.empty();
    }
}
