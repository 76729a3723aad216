package coop.minga.plugins.docker;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.CreateInstance;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Requests that are being made, in files only this user can read: they may hold secrets, as the
 * container's own configuration will.
 */
final class KeptRequests {
    private final ProviderContext context;
    private volatile @Nullable String owner;

    KeptRequests(ProviderContext context) {
        this.context = context;
    }

    /** Names this data directory, so that a claim says where its request is kept. */
    String owner() {
        String known = owner;
        if (known != null) {
            return known;
        }
        Path file = directory().resolve("owner");
        try {
            makeDirectory();
            try {
                Files.writeString(
                        file, UUID.randomUUID().toString(), StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                known = Files.readString(file);
            }
            known = known == null ? Files.readString(file) : known;
            owner = known;
            return known;
        } catch (IOException e) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "Cannot write to " + directory() + ": " + e.getMessage(),
                            "No se puede escribir en " + directory() + ": " + e.getMessage()));
        }
    }

    /** Keeps a request until it is made or has failed. */
    void keep(IdempotencyKey key, CreateInstance request) {
        try {
            makeDirectory();
            Path partial =
                    Files.createTempFile(
                            directory(),
                            key.value(),
                            ".part",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.writeString(partial, Requests.write(request).toString());
            Files.move(
                    partial,
                    file(key),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "Cannot keep the request in " + directory() + ": " + e.getMessage(),
                            "No se puede guardar la petición en "
                                    + directory()
                                    + ": "
                                    + e.getMessage()));
        }
    }

    /** What was kept for a key; empty when nothing was. */
    Optional<CreateInstance> read(IdempotencyKey key) throws IOException {
        Path file = file(key);
        return Files.exists(file)
                ? Optional.of(Requests.read(Json.MAPPER.readTree(Files.readString(file))))
                : Optional.empty();
    }

    void delete(IdempotencyKey key) {
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            context.logger().warn("Cannot delete a finished request in {}", directory());
        }
    }

    /** Deletes what was kept for no work that goes on. */
    void deleteUnless(Predicate<IdempotencyKey> going) throws IOException {
        if (!Files.isDirectory(directory())) {
            return;
        }
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file :
                    files.filter(f -> !f.getFileName().toString().equals("owner")).toList()) {
                String name = file.getFileName().toString().replaceFirst("\\.json$", "");
                if (!name.matches("[A-Za-z0-9_-]{1,64}") || !going.test(new IdempotencyKey(name))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    Path directory() {
        return context.dataDirectory().resolve("creating");
    }

    private Path file(IdempotencyKey key) {
        return directory().resolve(key.value() + ".json");
    }

    private void makeDirectory() throws IOException {
        if (!Files.isDirectory(directory())) {
            Files.createDirectories(
                    directory(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }
}
