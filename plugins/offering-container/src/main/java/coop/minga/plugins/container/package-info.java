/**
 * Sells any OCI image: the operator says which, the customer sets variables, port and volumes.
 *
 * <p>Entrance: {@link coop.minga.plugins.container.ContainerOffering}. Pure functions over the
 * plugin API.
 */
@NullMarked
package coop.minga.plugins.container;

import org.jspecify.annotations.NullMarked;
