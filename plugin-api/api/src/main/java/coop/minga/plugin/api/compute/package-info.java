/**
 * Compute backends: vendors and machines that can run instances.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.compute.ComputeBackend}, made by a {@link
 * coop.minga.plugin.api.compute.ComputeBackendFactory}. Optional abilities are interfaces beside
 * it: {@link coop.minga.plugin.api.compute.Logs}, {@link coop.minga.plugin.api.compute.Console},
 * {@link coop.minga.plugin.api.compute.UsageMeter}.
 */
@NullMarked
package coop.minga.plugin.api.compute;

import org.jspecify.annotations.NullMarked;
