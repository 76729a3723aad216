package coop.minga.platform.identity;

import coop.minga.platform.MingaException;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Base64;
import java.util.Map;

/**
 * An OpenSSH public key, read strictly: what does not parse to the last byte is refused, so that
 * nothing but a key can ever be written into a machine's {@code authorized_keys}.
 *
 * @param algorithm for example {@code ssh-ed25519}
 * @param line algorithm and base64, without options and comment
 * @param fingerprint {@code SHA256:…}
 */
record PublicKey(String algorithm, String line, String fingerprint) {

    private static final int MAX_LINE = 8_192;
    private static final int MIN_RSA_BITS = 2_048;
    private static final int MAX_RSA_BITS = 16_384;
    private static final int ED25519_BYTES = 32;

    /** OpenSSH's names of curves and the ones Java knows them by. */
    private static final Map<String, String> CURVES =
            Map.of(
                    "nistp256", "secp256r1",
                    "nistp384", "secp384r1",
                    "nistp521", "secp521r1");

    /**
     * @param pointer where the text stands in the request
     * @throws MingaException 400 saying what is wrong with it
     */
    static PublicKey parse(String pointer, String text) {
        String trimmed = text.strip();
        if (trimmed.contains("PRIVATE KEY")) {
            throw MingaException.invalid(
                    pointer,
                    "private-key",
                    "This is a private key. Never give it to anybody; it was not stored. The public"
                            + " key is in the file that ends in .pub.",
                    "Esta es una clave privada. No se la des a nadie; no se guardó. La clave"
                            + " pública está en el archivo que termina en .pub.");
        }
        String[] parts = trimmed.split(" +", 3);
        if (trimmed.length() > MAX_LINE
                || parts.length < 2
                || trimmed.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            throw malformed(pointer);
        }
        String algorithm = parts[0];
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(parts[1]);
        } catch (IllegalArgumentException e) {
            throw malformed(pointer);
        }
        ByteBuffer in = ByteBuffer.wrap(blob);
        if (!new String(field(pointer, in), StandardCharsets.US_ASCII).equals(algorithm)) {
            throw malformed(pointer);
        }
        switch (algorithm) {
            case "ssh-ed25519" -> require(pointer, field(pointer, in).length == ED25519_BYTES);
            case "ssh-rsa" -> checkRsa(pointer, in);
            case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" ->
                    checkEcdsa(pointer, algorithm, in);
            default ->
                    throw MingaException.invalid(
                            pointer,
                            "unsupported-key",
                            "This kind of key is not taken. Use ed25519 (ssh-keygen -t ed25519),"
                                    + " RSA of at least 2048 bits, or ECDSA.",
                            "Este tipo de clave no se admite. Usa ed25519 (ssh-keygen -t ed25519),"
                                    + " RSA de al menos 2048 bits o ECDSA.");
        }
        require(pointer, !in.hasRemaining());
        String fingerprint =
                "SHA256:"
                        + Base64.getEncoder().withoutPadding().encodeToString(Digests.sha256(blob));
        return new PublicKey(
                algorithm, algorithm + " " + Base64.getEncoder().encodeToString(blob), fingerprint);
    }

    private static void checkRsa(String pointer, ByteBuffer in) {
        BigInteger exponent = number(pointer, in);
        BigInteger modulus = number(pointer, in);
        if (modulus.bitLength() < MIN_RSA_BITS) {
            throw MingaException.invalid(
                    pointer,
                    "weak-key",
                    "This RSA key has "
                            + modulus.bitLength()
                            + " bits; at least "
                            + MIN_RSA_BITS
                            + " are needed.",
                    "Esta clave RSA tiene "
                            + modulus.bitLength()
                            + " bits; hacen falta al menos "
                            + MIN_RSA_BITS
                            + ".");
        }
        require(
                pointer,
                modulus.bitLength() <= MAX_RSA_BITS
                        && modulus.testBit(0)
                        && exponent.testBit(0)
                        && exponent.compareTo(BigInteger.ONE) > 0
                        && exponent.bitLength() <= 64);
    }

    private static void checkEcdsa(String pointer, String algorithm, ByteBuffer in) {
        String curve = new String(field(pointer, in), StandardCharsets.US_ASCII);
        String javaName = CURVES.get(curve);
        require(pointer, javaName != null && algorithm.endsWith("-" + curve));
        byte[] point = field(pointer, in);
        ECParameterSpec spec = spec(javaName == null ? "" : javaName);
        int size = (spec.getCurve().getField().getFieldSize() + 7) / 8;
        require(pointer, point.length == 1 + 2 * size && point[0] == 4);
        BigInteger p = ((ECFieldFp) spec.getCurve().getField()).getP();
        BigInteger x = new BigInteger(1, point, 1, size);
        BigInteger y = new BigInteger(1, point, 1 + size, size);
        BigInteger right =
                x.modPow(BigInteger.valueOf(3), p)
                        .add(spec.getCurve().getA().multiply(x))
                        .add(spec.getCurve().getB())
                        .mod(p);
        require(
                pointer,
                x.compareTo(p) < 0
                        && y.compareTo(p) < 0
                        && y.modPow(BigInteger.TWO, p).equals(right));
    }

    private static ECParameterSpec spec(String javaName) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(javaName));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The NIST curves are part of every Java runtime", e);
        }
    }

    private static byte[] field(String pointer, ByteBuffer in) {
        require(pointer, in.remaining() >= 4);
        int length = in.getInt();
        require(pointer, length > 0 && length <= in.remaining());
        byte[] field = new byte[length];
        in.get(field);
        return field;
    }

    /** A positive number in its shortest form. */
    private static BigInteger number(String pointer, ByteBuffer in) {
        byte[] bytes = field(pointer, in);
        BigInteger number = new BigInteger(bytes);
        require(pointer, number.signum() > 0 && number.toByteArray().length == bytes.length);
        return number;
    }

    private static void require(String pointer, boolean holds) {
        if (!holds) {
            throw malformed(pointer);
        }
    }

    private static MingaException malformed(String pointer) {
        return MingaException.invalid(
                pointer,
                "invalid-key",
                "This is not an OpenSSH public key. Paste the one line of your .pub file, which"
                        + " begins with ssh-ed25519, ssh-rsa or ecdsa-sha2.",
                "Esto no es una clave pública de OpenSSH. Pega la línea de tu archivo .pub, que"
                        + " empieza por ssh-ed25519, ssh-rsa o ecdsa-sha2.");
    }
}
