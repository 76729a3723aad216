package coop.minga.platform.supply;

import coop.minga.platform.NodeId;

/**
 * Room for one instance.
 *
 * @param provider the node's compute provider
 */
public record Reservation(NodeId node, String provider) {}
