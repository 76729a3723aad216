package coop.minga.plugin.loader;

import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

/**
 * A plugin that cannot be used, with a reason an operator can act on.
 *
 * <p>Causes are kept for logs only: an exception made by a plugin holds the plugin's class loader,
 * so callers that store a rejection keep {@link #code()} and {@link #reason()}.
 */
public final class PluginRejected extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong; the stable part of the reason. */
    public enum Code {
        /** Not a readable jar. */
        NOT_A_JAR("not-a-jar"),
        /** Bits differ from what the archive says of itself. */
        DAMAGED("damaged"),
        /** Beyond one of the limits. */
        TOO_LARGE("too-large"),
        /** An entry that has no place in a plugin. */
        BAD_ENTRY("bad-entry"),
        /** Classes that the host provides are inside. */
        BUNDLED("bundled-host-classes"),
        /** The manifest lacks something or says something that cannot be read. */
        BAD_MANIFEST("bad-manifest"),
        /** Made for another version of the plugin API. */
        WRONG_VERSION("wrong-api-version"),
        /** This host runs listed plugins only, and it is none. */
        NOT_APPROVED("not-approved"),
        /** A known-bad version. */
        DENIED("denied"),
        /** Its content is not what its publisher signed, or not what came with the host. */
        MODIFIED("modified"),
        /** Its signature cannot be read or was not made by the key it names. */
        INVALID_SIGNATURE("invalid-signature"),
        /** The approved version was signed by a publisher, this one is not. */
        SIGNATURE_MISSING("signature-missing"),
        /** Another file of the version that was approved. */
        HASH_DIFFERS("hash-differs"),
        /** A lower version than the approved one. */
        DOWNGRADE("downgrade"),
        /** Another plugin it needs is not there. */
        DEPENDENCY("dependency"),
        /** Another file with the same id is used instead. */
        DUPLICATE("duplicate"),
        /** No extensions, or extensions that are not what the API asks for. */
        BAD_EXTENSION("bad-extension"),
        /** Its code failed while it was loaded, started or stopped. */
        CODE_FAILED("code-failed"),
        /** Its code did not come back in time. */
        TIMED_OUT("timed-out"),
        /** The host could not read or write its own files. */
        IO("io");

        private final String id;

        Code(String id) {
            this.id = id;
        }

        public String id() {
            return id;
        }
    }

    private final Code code;
    private final transient Text reason;

    public PluginRejected(Code code, String english, String spanish) {
        this(code, english, spanish, null);
    }

    public PluginRejected(Code code, String english, String spanish, @Nullable Throwable cause) {
        super(english, cause);
        this.code = code;
        this.reason = Text.of(english, spanish);
    }

    public Code code() {
        return code;
    }

    /** One sentence in every language. */
    public Text reason() {
        return reason;
    }
}
