package coop.minga.platform.catalog;

import coop.minga.platform.PlanId;

/** Says whether a plan could be delivered now; implemented by supply. */
@FunctionalInterface
public interface Availability {

    boolean available(PlanId plan);
}
