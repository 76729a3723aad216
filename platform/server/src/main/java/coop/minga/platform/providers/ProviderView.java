package coop.minga.platform.providers;

import coop.minga.platform.plugins.Reason;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Set;

/**
 * A configured provider as others see it.
 *
 * @param ref its name
 * @param factory the factory's id
 * @param pluginId the plugin it comes from; empty while that is not there
 * @param state what it does
 * @param reason why, where it is not as it should be
 * @param since when that began
 * @param source where its configuration comes from
 * @param capabilities what its factory says it can do; empty while the plugin is not there
 */
public record ProviderView(
        ProviderRef ref,
        String factory,
        String pluginId,
        ProviderState state,
        @Nullable Reason reason,
        Instant since,
        Source source,
        Set<String> capabilities) {

    public ProviderView {
        capabilities = Set.copyOf(capabilities);
    }
}
