package coop.minga.plugin.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * A contract that was run as an author's build runs it.
 *
 * @param passed how many of its tests passed
 * @param failed the names of those that did not
 */
record ContractRun(long passed, Set<String> failed) {

    static ContractRun of(Class<?> contract) {
        Events tests =
                EngineTestKit.engine("junit-jupiter")
                        .selectors(selectClass(contract))
                        .execute()
                        .testEvents();
        return new ContractRun(
                tests.succeeded().count(),
                tests.failed().stream()
                        .map(test -> test.getTestDescriptor().getDisplayName().replace("()", ""))
                        .collect(Collectors.toSet()));
    }
}
