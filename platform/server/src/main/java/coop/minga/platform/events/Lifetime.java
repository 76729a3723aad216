package coop.minga.platform.events;

import org.slf4j.Logger;

/** Whether the events go on. What fails once they do not is nothing to tell. */
final class Lifetime {

    private volatile boolean over;

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    void warn(Logger log, String message, Exception e) {
        if (!over) {
            log.warn("{}: {}", message, e.toString());
        }
    }
}
