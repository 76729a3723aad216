/**
 * Who made a plugin jar, and what its code might do: Ed25519 signatures of publishers ({@link
 * coop.minga.plugin.loader.trust.JarSignature}, {@link coop.minga.plugin.loader.trust.SigningKey})
 * and a look through its bytecode ({@link coop.minga.plugin.loader.trust.Lint}).
 *
 * <p>None of this contains a hostile plugin: it helps to decide whose code may run, and catches
 * accidents. Uses the loader's room and the JDK only.
 */
@NullMarked
package coop.minga.plugin.loader.trust;

import org.jspecify.annotations.NullMarked;
