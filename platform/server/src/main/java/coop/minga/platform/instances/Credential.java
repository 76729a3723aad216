package coop.minga.platform.instances;

import coop.minga.plugin.api.Text;

/**
 * A secret made for an instance.
 *
 * @param variable the environment variable it is given in
 */
public record Credential(String variable, Text label, String value) {

    @Override
    public String toString() {
        return "Credential[" + variable + "]";
    }
}
