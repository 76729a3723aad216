package coop.minga.platform.supply;

import coop.minga.platform.NodeId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * A node as it stands in the books.
 *
 * @param provider the configured compute provider's name
 * @param state {@code ready}, {@code degraded} (takes nothing new) or {@code unavailable}
 * @param reason why, for operators
 */
public record Node(
        NodeId id,
        String provider,
        String state,
        String reason,
        List<String> capabilities,
        long capCpuMillis,
        long capMemoryMb,
        long capDiskMb,
        long capInstances,
        long usedCpuMillis,
        long usedMemoryMb,
        long usedDiskMb,
        long usedInstances,
        @Nullable Instant refreshedAt) {}
