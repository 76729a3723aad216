package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DemoIT {

    @Test
    void theMainJobRunsWithoutAPersonAndTheBooksBalance() {
        try (RunningMinga minga = RunningMinga.prepared()) {
            RunningMinga.Ran demo = minga.run("demo");
            assertThat(demo.said())
                    .contains("order -> running", "its HTTP endpoint answers", "books: balanced");
            assertThat(demo.code()).as(demo.said()).isZero();
        }
    }
}
