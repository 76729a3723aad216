/**
 * The unpacked tree as an operator starts it, used and abused from outside: over HTTP, by signals,
 * by its files. Entrance: {@link coop.minga.tests.RunningMinga}; nothing of the host is on the
 * class path.
 */
@NullMarked
package coop.minga.tests;

import org.jspecify.annotations.NullMarked;
