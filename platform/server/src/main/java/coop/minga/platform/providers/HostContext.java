package coop.minga.platform.providers;

import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Metrics;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.StateStore;

import org.slf4j.Logger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a provider sees of this host. */
record HostContext(
        String name,
        String hostId,
        Clock clock,
        Logger logger,
        Metrics metrics,
        Http http,
        StateStore state,
        Path directory,
        Supplier<URI> url,
        Consumer<IdempotencyKey> changes)
        implements ProviderContext {

    @Override
    public Path dataDirectory() {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI publicUrl() {
        return url.get();
    }

    @Override
    public void changed(IdempotencyKey key) {
        changes.accept(key);
    }
}
