package coop.minga.platform.plugins;

import org.jspecify.annotations.Nullable;

/**
 * Who stands behind a jar, as operators see it.
 *
 * @param signature who vouches for its content
 * @param publisher as the operator calls them; empty unless signed
 * @param approved whether the operator listed exactly this file
 * @param consent what is asked for while it waits
 */
public record Standing(
        SignatureState signature, String publisher, boolean approved, @Nullable Consent consent) {

    static Standing unsigned() {
        return new Standing(SignatureState.UNSIGNED, "", false, null);
    }

    static Standing of(SignatureState signature, String publisher) {
        return new Standing(signature, publisher, false, null);
    }

    Standing listed() {
        return new Standing(signature, publisher, true, consent);
    }

    Standing asking(Consent wanted) {
        return new Standing(signature, publisher, approved, wanted);
    }

    Standing modified() {
        return new Standing(SignatureState.MODIFIED, publisher, approved, consent);
    }
}
