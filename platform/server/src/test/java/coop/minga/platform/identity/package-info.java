/** Proofs of the identity room, over real HTTP and a real database. */
@NullMarked
package coop.minga.platform.identity;

import org.jspecify.annotations.NullMarked;
