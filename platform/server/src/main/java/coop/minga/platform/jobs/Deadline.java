package coop.minga.platform.jobs;

/** Interrupts a run that takes too long, never the thread after it. */
final class Deadline implements Runnable {

    private final Thread thread;
    private boolean armed = true;
    private boolean passed;

    Deadline(Thread thread) {
        this.thread = thread;
    }

    @Override
    public synchronized void run() {
        if (armed) {
            passed = true;
            thread.interrupt();
        }
    }

    synchronized boolean passed() {
        return passed;
    }

    synchronized void disarm() {
        armed = false;
        // What comes next writes the outcome and must not be hit by a late interrupt.
        Thread.interrupted();
    }
}
