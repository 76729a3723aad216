package coop.minga.platform.ledger;

/**
 * What a movement was for, so that every charge can be traced to its cause.
 *
 * @param type for example {@code order}, {@code subscription}, {@code adjustment}
 * @param id the public id of that thing
 */
public record Explains(String type, String id) {}
