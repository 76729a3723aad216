/** Tests of the house as a whole. */
@NullMarked
package coop.minga.platform;

import org.jspecify.annotations.NullMarked;
