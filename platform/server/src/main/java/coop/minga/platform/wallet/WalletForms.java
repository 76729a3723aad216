package coop.minga.platform.wallet;

import coop.minga.platform.MingaException;
import coop.minga.platform.MingaException.Problem;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks what people type about wallets and tells everything that is wrong with it at once. */
final class WalletForms {

    private final List<Problem> problems = new ArrayList<>();

    void done() {
        if (!problems.isEmpty()) {
            throw MingaException.invalid(problems);
        }
    }

    void problem(String pointer, String code, String english, String spanish) {
        problems.add(new Problem(pointer, code, Text.of(english, spanish)));
    }

    long amount(String pointer, long minor, long least) {
        if (minor < least || minor > Money.MAX_MINOR) {
            problem(
                    pointer,
                    "out-of-range",
                    "The amount must be from " + least + " to 10^15 minor units.",
                    "El monto debe ser de " + least + " a 10^15 unidades menores.");
        }
        return minor;
    }

    Asset asset(String pointer, Optional<Asset> known) {
        if (known.isEmpty()) {
            problem(
                    pointer,
                    "unknown-asset",
                    "This asset is not used here.",
                    "Este activo no se usa aquí.");
        }
        return known.orElse(Asset.COIN);
    }

    /** The bucket named, or the one that fits when none is. */
    Bucket bucket(String pointer, @Nullable String name, Asset asset) {
        if (name == null) {
            return WalletAccounts.isCoin(asset) ? Bucket.PROMO : Bucket.BALANCE;
        }
        for (Bucket bucket : WalletAccounts.buckets(asset)) {
            if (bucket.id().equals(name)) {
                return bucket;
            }
        }
        String known =
                String.join(", ", WalletAccounts.buckets(asset).stream().map(Bucket::id).toList());
        problem(
                pointer,
                "unknown-bucket",
                asset.code() + " sits in one of these buckets: " + known + ".",
                asset.code() + " está en uno de estos compartimentos: " + known + ".");
        return Bucket.BALANCE;
    }

    String line(String pointer, @Nullable String text, int least, int most) {
        String line = text == null ? "" : text.strip();
        if (line.codePointCount(0, line.length()) < least
                || line.codePointCount(0, line.length()) > most
                || line.codePoints().anyMatch(Character::isISOControl)) {
            problem(
                    pointer,
                    "invalid-text",
                    "Write " + least + " to " + most + " printable characters on one line.",
                    "Escribe de " + least + " a " + most + " caracteres visibles en una línea.");
        }
        return line;
    }
}
