/**
 * Offerings: kinds of things for sale. A blueprint turns a customer's choices into a description of
 * what has to run; the host executes it on whatever backend fits.
 *
 * <p>Entrance: {@link coop.minga.plugin.api.offering.OfferingBlueprint}, made by an {@link
 * coop.minga.plugin.api.offering.OfferingFactory}.
 */
@NullMarked
package coop.minga.plugin.api.offering;

import org.jspecify.annotations.NullMarked;
