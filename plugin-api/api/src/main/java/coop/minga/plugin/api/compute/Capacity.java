package coop.minga.plugin.api.compute;

/**
 * What a backend has and what is taken, in the units plans are made of.
 *
 * @param total what can be sold at all
 * @param used what instances of any owner take
 * @param maxInstances how many instances fit whatever their size; {@link Integer#MAX_VALUE} where
 *     only size counts
 */
public record Capacity(Size total, Size used, int maxInstances) {

    public static Capacity of(Size total, Size used) {
        return new Capacity(total, used, Integer.MAX_VALUE);
    }

    public Capacity atMost(int instances) {
        return new Capacity(total, used, instances);
    }
}
