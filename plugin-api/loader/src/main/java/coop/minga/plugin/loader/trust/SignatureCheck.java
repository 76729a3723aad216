package coop.minga.plugin.loader.trust;

import coop.minga.plugin.api.Text;

/** What a look at a jar's signature found. */
public sealed interface SignatureCheck {

    /** There is none. */
    record Unsigned() implements SignatureCheck {}

    /**
     * Every entry is as a known publisher signed it.
     *
     * @param publisher as the operator calls it
     */
    record Signed(String publisher) implements SignatureCheck {}

    /**
     * In order, but by somebody the operator does not know: anybody can make such a signature.
     *
     * @param fingerprint of the key
     */
    record UnknownPublisher(String fingerprint) implements SignatureCheck {}

    /**
     * The listing is as it was signed, the content is not.
     *
     * @param what which entry was added, changed or removed, as the middle of a sentence
     */
    record Modified(Text what) implements SignatureCheck {}

    /**
     * The signature itself is broken.
     *
     * @param why as the middle of a sentence
     */
    record Invalid(Text why) implements SignatureCheck {}
}
