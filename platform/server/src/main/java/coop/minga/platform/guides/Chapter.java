package coop.minga.platform.guides;

/**
 * A guide, ready to be shown.
 *
 * @param path its address below the guides', for example {@code plugins/compute-backend}
 * @param title its first heading, as plain text
 * @param html its content
 */
record Chapter(String path, String title, String html) {

    /** 0 for a guide, 1 for one that belongs to another. */
    int depth() {
        return (int) path.chars().filter(c -> c == '/').count();
    }
}
