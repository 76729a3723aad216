/**
 * The words every room of the host uses: typed ids, error codes, the exception that carries them.
 * No logic, no dependencies on any other package.
 */
@NullMarked
package coop.minga.platform;

import org.jspecify.annotations.NullMarked;
