package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What {@code GET /info} says, as far as it matters here.
 *
 * @param cpus how many the engine sees
 * @param memoryBytes of its machine
 * @param dataRoot where it keeps images and containers
 * @param rootless whether its bridges are in a namespace of its own, out of our reach
 * @param linux whether it runs Linux containers
 * @param bridgeFiltered whether traffic between containers on one bridge passes the firewall
 * @param limitsMemory whether memory limits work
 * @param limitsPids whether process limits work
 * @param limitsCpu whether CPU limits work
 * @param serverVersion for people
 * @param driver storage driver, for people
 */
record EngineInfo(
        int cpus,
        long memoryBytes,
        String dataRoot,
        boolean rootless,
        boolean linux,
        boolean bridgeFiltered,
        boolean limitsMemory,
        boolean limitsPids,
        boolean limitsCpu,
        String serverVersion,
        String driver) {

    static EngineInfo of(JsonNode info) {
        boolean rootless = false;
        for (JsonNode option : info.path("SecurityOptions")) {
            rootless |= option.asText().contains("name=rootless");
        }
        return new EngineInfo(
                info.path("NCPU").asInt(),
                info.path("MemTotal").asLong(),
                info.path("DockerRootDir").asText(),
                rootless,
                "linux".equals(info.path("OSType").asText()),
                // Newer engines no longer say; they load the module when a network needs it.
                info.path("BridgeNfIptables").asBoolean(true),
                info.path("MemoryLimit").asBoolean(),
                info.path("PidsLimit").asBoolean(),
                info.path("CpuCfsQuota").asBoolean(),
                info.path("ServerVersion").asText(),
                info.path("Driver").asText());
    }
}
