package coop.minga.platform.catalog;

/** Says whether a plan could be delivered now; implemented by supply. */
@FunctionalInterface
public interface Availability {

    boolean available(PlanView plan);
}
