/**
 * Instances as isolated Linux userlands on the host's own machine, made by bubblewrap: the backend
 * that needs no set-up.
 *
 * <p>Entrance: {@link coop.minga.plugins.compute.sandbox.SandboxFactory}. Each instance runs under
 * a small supervisor of its own ({@code supervisor.pl}) that outlives the host; the Java side
 * writes what it must know into the instance's directory, reads back what it reports, and reaches
 * ports and terminals through Unix sockets that the tenant cannot touch. Inside the sandbox, {@code
 * agent.pl} starts the workload and carries the connections. Uses the plugin API only.
 */
@NullMarked
package coop.minga.plugins.compute.sandbox;

import org.jspecify.annotations.NullMarked;
