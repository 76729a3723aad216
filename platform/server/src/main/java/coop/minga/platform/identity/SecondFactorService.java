package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Principal;

import org.jdbi.v3.core.Handle;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Authenticator apps and recovery codes. Thread-safe. */
public final class SecondFactorService {

    private static final int CODES = 10;
    private static final int CODE_CHARACTERS = 16;

    /** No letters or digits that are mistaken for each other; 32 of them are five bits each. */
    private static final String CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz023456789";

    private final Db db;
    private final AccountStore accounts = new AccountStore();
    private final SessionStore sessions = new SessionStore();
    private final SecretBox box;
    private final SiteSettings settings;
    private final Throttle throttle;
    private final Trail trail;
    private final Clock clock;
    private final SecureRandom random;

    /**
     * What an authenticator app is told.
     *
     * @param secret base32, to be typed
     * @param otpauthUrl the same, to be shown as a QR code
     */
    public record Enrolment(String secret, String otpauthUrl) {}

    SecondFactorService(
            Db db,
            SecretBox box,
            SiteSettings settings,
            Throttle throttle,
            Trail trail,
            Clock clock,
            SecureRandom random) {
        this.db = db;
        this.box = box;
        this.settings = settings;
        this.throttle = throttle;
        this.trail = trail;
        this.clock = clock;
        this.random = random;
    }

    /** Makes a secret that counts only after {@link #confirm}; an unconfirmed one is replaced. */
    Enrolment enrol(Principal principal, Caller caller) {
        byte[] secret = Totp.newSecret(random);
        AccountRow row =
                db.inTransaction(handle -> {
                    AccountRow account = lock(handle, principal.account());
                    if (account.hasTotp()) {
                        throw alreadyOn();
                    }
                    accounts.beginTotp(
                            handle, account.id(), box.seal(purpose(account.id()), secret));
                    trail.audit(
                            handle,
                            account.id().toString(),
                            caller,
                            "auth.totp-started",
                            account.id().toString());
                    return account;
                });
        return new Enrolment(
                Totp.base32(secret), Totp.uri(settings.site().name(), row.email(), secret));
    }

    /**
     * Switches the second factor on; other sessions, which began without one, end.
     *
     * @return the recovery codes, told this once
     */
    List<String> confirm(Principal principal, String code, Caller caller) {
        attempt(principal, caller);
        List<String> codes = newCodes();
        boolean confirmed =
                db.inTransaction(handle -> {
                    AccountRow account = lock(handle, principal.account());
                    if (account.hasTotp()) {
                        throw alreadyOn();
                    }
                    if (account.totpSecret() == null) {
                        throw MingaException.of(
                                ErrorCode.conflict("totp.not-started"),
                                "Start setting up your authenticator first.",
                                "Primero empieza a configurar tu autenticador.");
                    }
                    if (!useTotp(handle, account, code)) {
                        return false;
                    }
                    Instant now = clock.instant();
                    accounts.confirmTotp(handle, account.id(), now);
                    storeCodes(handle, account.id(), codes);
                    sessions.endOthers(
                            handle, account.id(), SessionId.parse(principal.credential()));
                    sessions.markSecondFactor(handle, account.id(), true);
                    changed(handle, account.id(), caller, "auth.totp-enabled");
                    return true;
                });
        return conclude(principal, caller, confirmed, codes);
    }

    void disable(Principal principal, String code, Caller caller) {
        attempt(principal, caller);
        boolean done =
                db.inTransaction(handle -> {
                    AccountRow account = lock(handle, principal.account());
                    if (!account.hasTotp()) {
                        throw notOn();
                    }
                    if (!use(handle, account, code, caller)) {
                        return false;
                    }
                    accounts.removeTotp(handle, account.id());
                    sessions.markSecondFactor(handle, account.id(), false);
                    changed(handle, account.id(), caller, "auth.totp-disabled");
                    return true;
                });
        conclude(principal, caller, done, List.of());
    }

    /** Makes new recovery codes; the old ones are void. */
    List<String> renewCodes(Principal principal, String code, Caller caller) {
        attempt(principal, caller);
        List<String> codes = newCodes();
        boolean done =
                db.inTransaction(handle -> {
                    AccountRow account = lock(handle, principal.account());
                    if (!account.hasTotp()) {
                        throw notOn();
                    }
                    if (!use(handle, account, code, caller)) {
                        return false;
                    }
                    storeCodes(handle, account.id(), codes);
                    changed(handle, account.id(), caller, "auth.recovery-codes-renewed");
                    return true;
                });
        return conclude(principal, caller, done, codes);
    }

    /**
     * Judges a code of an account whose row the transaction holds, and uses it up.
     *
     * @param code six digits from the app, or a recovery code; blanks and dashes do not matter
     */
    boolean use(Handle handle, AccountRow account, String code, Caller caller) {
        String plain = code.replace(" ", "").replace("-", "").toLowerCase(Locale.ROOT);
        if (plain.length() == Totp.DIGITS) {
            return useTotp(handle, account, plain);
        }
        boolean used =
                accounts.useRecoveryCode(
                        handle, account.id(), codeHash(account.id(), plain), clock.instant());
        if (used) {
            trail.audit(
                    handle,
                    account.id().toString(),
                    caller,
                    "auth.recovery-code-used",
                    account.id().toString());
        }
        return used;
    }

    private boolean useTotp(Handle handle, AccountRow account, String code) {
        byte[] sealed = account.totpSecret();
        if (sealed == null) {
            return false;
        }
        byte[] secret = box.open(purpose(account.id()), sealed);
        OptionalLong step =
                Totp.step(secret, code.replace(" ", ""), clock.instant(), account.totpLastStep());
        return step.isPresent() && accounts.useStep(handle, account.id(), step.getAsLong());
    }

    private void attempt(Principal principal, Caller caller) {
        String key = db.read(handle -> find(handle, principal.account())).emailKey();
        throttle.attempt(key, caller.address());
        throttle.code(key);
    }

    private List<String> conclude(
            Principal principal, Caller caller, boolean right, List<String> codes) {
        if (!right) {
            db.useTransaction(handle ->
                    trail.audit(
                            handle,
                            principal.account().toString(),
                            caller,
                            "auth.code-refused",
                            principal.account().toString()));
            throw MingaException.invalid(
                    "/code",
                    "invalid-code",
                    "This code is not right, or it was used before. Wait for the next one and try"
                            + " again.",
                    "Este código no es correcto o ya se usó. Espera el siguiente e inténtalo de"
                            + " nuevo.");
        }
        return codes;
    }

    private void changed(Handle handle, AccountId account, Caller caller, String action) {
        trail.audit(handle, account.toString(), caller, action, account.toString());
        trail.forget(handle, account);
    }

    private void storeCodes(Handle handle, AccountId account, List<String> codes) {
        List<byte[]> hashes = new ArrayList<>();
        for (String code : codes) {
            hashes.add(codeHash(account, code.replace("-", "")));
        }
        accounts.replaceRecoveryCodes(handle, account, hashes);
    }

    private List<String> newCodes() {
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < CODES; i++) {
            StringBuilder code = new StringBuilder();
            for (int j = 0; j < CODE_CHARACTERS; j++) {
                if (j > 0 && j % 4 == 0) {
                    code.append('-');
                }
                code.append(CODE_ALPHABET.charAt(random.nextInt(CODE_ALPHABET.length())));
            }
            codes.add(code.toString());
        }
        return codes;
    }

    private AccountRow lock(Handle handle, AccountId id) {
        return accounts.lock(handle, id).orElseThrow(Ids::noSuchThing);
    }

    private AccountRow find(Handle handle, AccountId id) {
        return accounts.find(handle, id).orElseThrow(Ids::noSuchThing);
    }

    private static byte[] codeHash(AccountId account, String code) {
        return Digests.sha256(account + ":" + code);
    }

    private static String purpose(AccountId account) {
        return "totp/" + account;
    }

    private static MingaException alreadyOn() {
        return MingaException.of(
                ErrorCode.conflict("totp.already-enabled"),
                "Your second factor is already on. Switch it off first to set up another device.",
                "Tu segundo factor ya está activo. Desactívalo primero para configurar otro"
                        + " dispositivo.");
    }

    private static MingaException notOn() {
        return MingaException.of(
                ErrorCode.conflict("totp.not-enabled"),
                "Your second factor is not on.",
                "Tu segundo factor no está activo.");
    }
}
