package coop.minga.plugins.docker;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reference to an image as a workload names it.
 *
 * @param text as given; the engine understands it as it is
 * @param repository what to download from, empty for a local id
 * @param version the tag or the digest; empty for a local id
 */
record ImageRef(String text, String repository, String version) {
    private static final Pattern LOCAL = Pattern.compile("(sha256:)?[0-9a-f]{64}");

    /** Registry and path in lower case, then a tag, a digest, or both. */
    private static final Pattern REMOTE =
            Pattern.compile(
                    "((?:(?:localhost|[a-zA-Z0-9-]+(?:[.][a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:))"
                        + "(?::[0-9]{1,5})?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
                        + "(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?");

    /** Empty when no image can be meant. */
    static Optional<ImageRef> parse(String text) {
        if (LOCAL.matcher(text).matches()) {
            return Optional.of(new ImageRef(text, "", ""));
        }
        Matcher matcher = REMOTE.matcher(text);
        if (text.length() > 255 || !matcher.matches()) {
            return Optional.empty();
        }
        String tag = matcher.group(2);
        String digest = matcher.group(3);
        return Optional.of(
                new ImageRef(
                        text,
                        matcher.group(1),
                        digest != null ? digest : tag != null ? tag : "latest"));
    }

    boolean isLocalId() {
        return repository.isEmpty();
    }
}
