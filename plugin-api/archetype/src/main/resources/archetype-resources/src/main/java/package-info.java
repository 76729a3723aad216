/** ${artifactId}, a plugin for Minga. */
@NullMarked
package ${package};

import org.jspecify.annotations.NullMarked;
