package coop.minga.platform.instances;

import coop.minga.platform.InstanceId;

/**
 * Names the instance a job is about.
 *
 * @param instance its id
 */
record InstanceJob(InstanceId instance) {}
