package coop.minga.platform.identity;

/**
 * A public key put on machines.
 *
 * @param name chosen by its owner
 * @param publicKey algorithm and base64, without a comment
 * @param fingerprint {@code SHA256:…} as OpenSSH prints it
 */
public record SshKey(SshKeyId id, String name, String publicKey, String fingerprint) {}
