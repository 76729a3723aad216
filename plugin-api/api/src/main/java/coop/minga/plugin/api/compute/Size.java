package coop.minga.plugin.api.compute;

/**
 * How big something is.
 *
 * @param cpuMillis thousandths of a CPU
 * @param memoryMb mebibytes
 * @param diskMb mebibytes
 */
public record Size(int cpuMillis, int memoryMb, int diskMb) {

    public Size {
        if (cpuMillis < 0 || memoryMb < 0 || diskMb < 0) {
            throw new IllegalArgumentException("A size has no negative parts");
        }
    }
}
