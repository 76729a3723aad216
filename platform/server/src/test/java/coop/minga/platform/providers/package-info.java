@NullMarked
package coop.minga.platform.providers;

import org.jspecify.annotations.NullMarked;
