package coop.minga.plugins.fiscal.sri;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.StateStore;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalIssuer;
import coop.minga.plugin.api.fiscal.FiscalResult;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Computes access keys and keeps them, one per key of the host. */
final class SriIssuer implements FiscalIssuer {

    private static final Pattern SERIES = Pattern.compile("([0-9]{3})-([0-9]{3})-");
    private static final Pattern RUC = Pattern.compile("[0-9]{13}");
    private static final Pattern KEPT =
            Pattern.compile("\"(access_key|hash)\"\\s*:\\s*\"([0-9a-f]+)\"");
    private static final BigInteger CODES = BigInteger.valueOf(100_000_000);
    private static final long MOST = 999_999_999L;

    private final ProviderContext context;
    private final AccessKey.Environment environment;

    SriIssuer(ProviderContext context, AccessKey.Environment environment) {
        this.context = context;
        this.environment = environment;
    }

    @Override
    public FiscalResult issue(Call call, FiscalDocument document) {
        Matcher series = SERIES.matcher(document.series());
        FiscalDocument.Party seller = document.seller();
        if (!series.matches() || document.number() < 1 || document.number() > MOST) {
            return FiscalResult.rejected(
                    "",
                    "The series must look like 001-001- and the number have at most nine digits,"
                            + " not "
                            + document.reference());
        }
        if (!seller.taxIdKind().equals("ruc") || !RUC.matcher(seller.taxId()).matches()) {
            return FiscalResult.rejected("", "The seller needs a RUC of 13 digits");
        }
        byte[] hash = sha256(described(document));
        AccessKey made =
                AccessKey.of(
                        document.issued(),
                        switch (document.kind()) {
                            case INVOICE -> AccessKey.Kind.INVOICE;
                            case CREDIT_NOTE -> AccessKey.Kind.CREDIT_NOTE;
                        },
                        seller.taxId(),
                        environment,
                        series.group(1) + series.group(2),
                        document.number(),
                        numericCode(call.key()));
        Kept kept = new Kept(made.digits(), HexFormat.of().formatHex(hash));
        StateStore store = context.state();
        if (!store.putIfAbsent(place(call.key()), kept.write())) {
            Kept earlier = store.get(place(call.key())).map(Kept::read).orElse(kept);
            if (!earlier.hash().equals(kept.hash())) {
                throw new ProviderException(
                        ProviderException.Code.IDEMPOTENCY_MISMATCH,
                        "Key " + call.key() + " was used before for another document");
            }
            return FiscalResult.prepared(earlier.accessKey());
        }
        return FiscalResult.prepared(made.digits());
    }

    @Override
    public Optional<FiscalResult> status(Call call, IdempotencyKey key) {
        return context.state()
                .get(place(key))
                .map(Kept::read)
                .map(kept -> FiscalResult.prepared(kept.accessKey()));
    }

    @Override
    public ProbeResult probe(Call call) {
        return ProbeResult.of(
                List.of(
                        ProbeResult.Check.passed(
                                Text.of(
                                        "Access keys are computed here",
                                        "Las claves de acceso se calculan aquí"),
                                "Nothing is signed or transmitted")));
    }

    @Override
    public void close() {}

    private static String place(IdempotencyKey key) {
        return "document/" + key;
    }

    /** Eight digits that follow from the host's key: asked again they are the same. */
    private static String numericCode(IdempotencyKey key) {
        return "%08d".formatted(new BigInteger(1, sha256(key.value())).mod(CODES).longValueExact());
    }

    private static String described(FiscalDocument document) {
        return String.join(
                "\0",
                document.kind().name(),
                document.reference(),
                document.issued().toString(),
                document.seller().taxId(),
                document.buyer().taxIdKind(),
                document.buyer().taxId(),
                document.net().toString(),
                document.tax().toString(),
                document.total().toString());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** What is kept of a document. */
    private record Kept(String accessKey, String hash) {

        String write() {
            return "{\"access_key\":\"" + accessKey + "\",\"hash\":\"" + hash + "\"}";
        }

        static Kept read(String json) {
            String accessKey = "";
            String hash = "";
            Matcher field = KEPT.matcher(json);
            while (field.find()) {
                if (field.group(1).equals("hash")) {
                    hash = field.group(2);
                } else {
                    accessKey = field.group(2);
                }
            }
            return new Kept(accessKey, hash);
        }
    }
}
