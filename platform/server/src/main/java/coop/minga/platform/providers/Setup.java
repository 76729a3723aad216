package coop.minga.platform.providers;

import java.util.Map;

/**
 * How a provider was configured, wherever that is written.
 *
 * @param ref its name
 * @param factory the factory's id within the kind
 * @param values raw values, secrets included; never printed
 * @param source where it is written
 * @param version grows with every edit; 0 for files and plugins' own
 */
record Setup(
        ProviderRef ref, String factory, Map<String, Object> values, Source source, long version) {

    @Override
    public String toString() {
        return "Setup[" + ref + ", " + factory + ", " + values.keySet() + "]";
    }
}
