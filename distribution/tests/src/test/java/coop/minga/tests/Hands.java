package coop.minga.tests;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import org.assertj.core.api.Assertions;

/** The ways to use a page: each control is pressed and written into the way that person can. */
sealed interface Hands {

    void press(Locator control);

    void write(Locator field, String text);

    /** Takes one of several: a radio button among its kind. */
    void choose(Locator radio);

    /** Points at what is to be used. */
    record Mouse(Page page) implements Hands {

        @Override
        public void press(Locator control) {
            control.click();
        }

        @Override
        public void write(Locator field, String text) {
            field.click();
            field.fill(text);
        }

        @Override
        public void choose(Locator radio) {
            radio.click();
        }
    }

    /**
     * Has no pointer at all: Tab, or back, until the control has the focus, visibly; then Enter.
     */
    record Keyboard(Page page) implements Hands {

        private static final int STEPS = 120;

        private static final String SEEN =
                """
                (e) => e.matches(':focus-visible') && [e, e.closest('label')].some((each) => each
                  && (getComputedStyle(each).outlineStyle !== 'none' || getComputedStyle(each).boxShadow !== 'none'))
                """;

        private static final String BEHIND =
                "(e) => document.activeElement !== document.body &&"
                        + " (e.compareDocumentPosition(document.activeElement)"
                        + " & Node.DOCUMENT_POSITION_FOLLOWING) > 0";

        @Override
        public void press(Locator control) {
            reach(control);
            page.keyboard().press("Enter");
        }

        @Override
        public void write(Locator field, String text) {
            reach(field);
            page.keyboard().press("Control+A");
            page.keyboard().type(text);
        }

        @Override
        public void choose(Locator radio) {
            // Tab stops at the chosen one of a group; the arrows go from there to its neighbours.
            reach(radio.page().locator("input[name='" + radio.getAttribute("name") + "']:checked"));
            for (int step = 0; step < STEPS && !radio.isChecked(); step++) {
                page.keyboard().press("ArrowDown");
            }
        }

        private void reach(Locator control) {
            control.waitFor();
            for (int step = 0; step < STEPS; step++) {
                if ((boolean) control.evaluate("(e) => e === document.activeElement")) {
                    Assertions.assertThat((boolean) control.evaluate(SEEN))
                            .as("the focus can be seen on %s", control)
                            .isTrue();
                    return;
                }
                page.keyboard().press((boolean) control.evaluate(BEHIND) ? "Shift+Tab" : "Tab");
            }
            throw new AssertionError("Tab does not lead to " + control);
        }
    }
}
