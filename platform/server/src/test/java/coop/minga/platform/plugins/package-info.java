@NullMarked
package coop.minga.platform.plugins;

import org.jspecify.annotations.NullMarked;
