/**
 * Machines that were sold: what their owners want, what the backends see, and everything that
 * brings the two together; the way in through endpoints and terminals.
 *
 * <p>Entrance: {@link coop.minga.platform.instances.Instances} for orders, {@link
 * coop.minga.platform.instances.InstanceService} for what owners do, {@link
 * coop.minga.platform.instances.EndpointGate} for the instances' own origins. Uses supply, billing,
 * db, jobs, events, audit and http.
 */
@NullMarked
package coop.minga.platform.instances;

import org.jspecify.annotations.NullMarked;
