package coop.minga.platform.identity;

import java.time.Duration;

/**
 * How strictly people are let in.
 *
 * @param production whether operators' roles are withheld until they use a second factor
 * @param sessionIdle a session unused for so long ends
 * @param sessionLife a session ends after so long, used or not
 * @param maxSessions per account; a further sign-in ends the session unused longest
 * @param maxTokens per account
 * @param maxSshKeys per team
 * @param hashThreads passwords hashed at the same time
 * @param attempts tries of credentials on one account from one address, over all paths together
 * @param attemptsPerAddress tries of credentials from one address on any account
 * @param codes tries of second-factor codes on one account from anywhere, after the right password
 * @param signUps new accounts from one address
 */
public record IdentityConfig(
        boolean production,
        Duration sessionIdle,
        Duration sessionLife,
        int maxSessions,
        int maxTokens,
        int maxSshKeys,
        int hashThreads,
        Allowance attempts,
        Allowance attemptsPerAddress,
        Allowance codes,
        Allowance signUps) {

    /**
     * A bucket of tries.
     *
     * @param atOnce how many it holds
     * @param refill one more after so long
     */
    public record Allowance(int atOnce, Duration refill) {
        public Allowance {
            if (atOnce < 1 || !refill.isPositive()) {
                throw new IllegalArgumentException("An allowance needs tries and a refill time");
            }
        }
    }

    public static IdentityConfig strict() {
        return new IdentityConfig(
                true,
                Duration.ofDays(7),
                Duration.ofDays(30),
                50,
                20,
                50,
                threads(),
                new Allowance(10, Duration.ofMinutes(1)),
                new Allowance(100, Duration.ofSeconds(6)),
                new Allowance(20, Duration.ofMinutes(1)),
                new Allowance(20, Duration.ofMinutes(3)));
    }

    /** The same on a machine where everybody is at one address: more may sign up at once. */
    public static IdentityConfig trial() {
        IdentityConfig strict = strict();
        return new IdentityConfig(
                false,
                strict.sessionIdle,
                strict.sessionLife,
                strict.maxSessions,
                strict.maxTokens,
                strict.maxSshKeys,
                strict.hashThreads,
                strict.attempts,
                new Allowance(300, Duration.ofSeconds(2)),
                strict.codes,
                new Allowance(1_000, Duration.ofSeconds(1)));
    }

    /** Half the processors, so that a wave of sign-ins leaves the rest of the host its share. */
    private static int threads() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
