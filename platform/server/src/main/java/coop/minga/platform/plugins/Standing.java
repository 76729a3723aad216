package coop.minga.platform.plugins;

import org.jspecify.annotations.Nullable;

/**
 * Who stands behind a jar, as operators see it.
 *
 * @param signature who vouches for its content
 * @param publisher as the operator calls them; empty unless signed
 * @param stranger names a key that signed it and is none of a known publisher's; else empty
 * @param approved whether the operator listed exactly this file
 * @param consent what is asked for while it waits
 */
public record Standing(
        SignatureState signature,
        String publisher,
        String stranger,
        boolean approved,
        @Nullable Consent consent) {

    static Standing unsigned() {
        return of(SignatureState.UNSIGNED, "");
    }

    /** Anybody can sign with a key of their own: it is worth no more than nothing. */
    static Standing signedByStranger(String fingerprint) {
        return new Standing(SignatureState.UNSIGNED, "", fingerprint, false, null);
    }

    static Standing of(SignatureState signature, String publisher) {
        return new Standing(signature, publisher, "", false, null);
    }

    Standing listed() {
        return new Standing(signature, publisher, stranger, true, consent);
    }

    Standing asking(Consent wanted) {
        return new Standing(signature, publisher, stranger, approved, wanted);
    }

    Standing modified() {
        return new Standing(SignatureState.MODIFIED, publisher, stranger, approved, consent);
    }
}
