package coop.minga.plugin.loader;

/**
 * How large a plugin may be.
 *
 * @param archiveBytes of the jar
 * @param entries in the jar, and in each library inside
 * @param unpackedBytes of all entries together
 * @param ratio how many times larger unpacked than packed
 */
public record ArchiveLimits(long archiveBytes, int entries, long unpackedBytes, int ratio) {

    /** 64 MiB, 20,000 entries, 256 MiB unpacked, ratio 100. */
    public static ArchiveLimits standard() {
        return new ArchiveLimits(64L << 20, 20_000, 256L << 20, 100);
    }
}
