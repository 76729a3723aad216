package coop.minga.platform.catalog;

import coop.minga.platform.MingaException;
import coop.minga.platform.MingaException.Problem;
import coop.minga.platform.http.Json;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Size;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Checks what operators put on the shelf and tells everything that is wrong with it at once. */
final class CatalogForms {

    /** What may reach a backend as a name. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

    private static final Set<String> LANGUAGES = Set.of("en", "es");
    private static final int MAX_SORT = 1_000_000;
    private static final int MAX_CONFIG = 16_384;
    private static final BigDecimal MB_PER_GB = BigDecimal.valueOf(1_024);

    private final List<Problem> problems = new ArrayList<>();

    void done() {
        if (!problems.isEmpty()) {
            throw MingaException.invalid(problems);
        }
    }

    void problem(String pointer, String code, String english, String spanish) {
        problems.add(new Problem(pointer, code, Text.of(english, spanish)));
    }

    String name(String pointer, String value) {
        if (!NAME.matcher(value).matches()) {
            problem(
                    pointer,
                    "invalid-name",
                    "Use 1 to 40 lower-case letters, digits and hyphens.",
                    "Usa de 1 a 40 letras minúsculas, dígitos y guiones.");
        }
        return value;
    }

    Text text(String pointer, Map<String, String> byLanguage, int most, boolean lines) {
        Map<String, String> clean = new LinkedHashMap<>();
        byLanguage.forEach((language, value) -> {
            String path = pointer + "/" + language;
            if (!LANGUAGES.contains(language)) {
                problem(
                        path,
                        "unknown-language",
                        "Texts are written in en and es.",
                        "Los textos se escriben en en y es.");
            } else if (value == null
                    || value.codePointCount(0, value.length()) > most
                    || value.codePoints()
                            .anyMatch(c -> Character.isISOControl(c) && !(lines && c == '\n'))) {
                problem(
                        path,
                        "invalid-text",
                        "Write at most " + most + " printable characters.",
                        "Escribe como máximo " + most + " caracteres visibles.");
            } else if (!value.isBlank()) {
                clean.put(language, value.strip());
            }
        });
        if (!clean.containsKey("en")) {
            String spanish = clean.get("es");
            if (spanish == null && !lines) {
                problem(pointer, "required", "Please fill this in.", "Completa este campo.");
            }
            clean.put("en", spanish == null ? "" : spanish);
        }
        return new Text(clean);
    }

    int sort(String pointer, @Nullable Integer value, int fallback) {
        int sort = value == null ? fallback : value;
        if (sort < 0 || sort > MAX_SORT) {
            problem(
                    pointer,
                    "out-of-range",
                    "The order is a number from 0 to 1,000,000.",
                    "El orden es un número de 0 a 1.000.000.");
            return fallback;
        }
        return sort;
    }

    Map<String, Object> config(String pointer, Map<String, Object> config) {
        String json = Json.write(config);
        if (json.contains("\\u0000")) {
            problem(
                    pointer,
                    "invalid-text",
                    "The configuration holds a character that cannot be kept.",
                    "La configuración contiene un carácter que no se puede guardar.");
        }
        if (json.length() > MAX_CONFIG) {
            problem(
                    pointer,
                    "too-long",
                    "The configuration may have at most 16,384 characters.",
                    "La configuración puede tener como máximo 16.384 caracteres.");
        }
        return config;
    }

    /** vCPU in thousandths, memory in MB, disk in GB or parts of it. */
    Size size(String pointer, BigDecimal vcpu, int memoryMb, BigDecimal diskGb) {
        int cpu = whole(pointer + "/vcpu", vcpu, BigDecimal.valueOf(1_000), 1_000_000);
        if (memoryMb < 1 || memoryMb > 16_777_216) {
            range(pointer + "/memory_mb", "1", "16777216");
        }
        int disk = whole(pointer + "/disk_gb", diskGb, MB_PER_GB, 1_073_741_824);
        return new Size(cpu, Math.max(memoryMb, 1), disk);
    }

    /** A positive number that becomes a whole one in the smaller unit. */
    private int whole(String pointer, BigDecimal value, BigDecimal factor, int most) {
        // Compared before anything is scaled: 1e1000000 must not be written out.
        if (value.signum() <= 0
                || value.precision() - value.scale() > 10
                || value.scale() > 10
                || value.multiply(factor).compareTo(BigDecimal.valueOf(most)) > 0) {
            range(pointer, "0", BigDecimal.valueOf(most).divide(factor).toPlainString());
            return 1;
        }
        try {
            return value.multiply(factor).intValueExact();
        } catch (ArithmeticException e) {
            problem(
                    pointer,
                    "too-fine",
                    "This is divided too finely: use steps of 1/" + factor + ".",
                    "La división es demasiado fina: usa pasos de 1/" + factor + ".");
            return 1;
        }
    }

    void range(String pointer, String from, String to) {
        problem(
                pointer,
                "out-of-range",
                "This must be above " + from + " and at most " + to + ".",
                "Debe ser mayor que " + from + " y como máximo " + to + ".");
    }

    RefundRule refundRule(String pointer, @Nullable String value, RefundRule fallback) {
        if (value == null) {
            return fallback;
        }
        for (RefundRule rule : RefundRule.values()) {
            if (rule.id().equals(value)) {
                return rule;
            }
        }
        problem(pointer, "unknown-value", "Choose prorated or none.", "Elige prorated o none.");
        return fallback;
    }

    /** A price as written by an operator. */
    record WantedPrice(PriceComponent component, Money amount, @Nullable Allowance allowance) {}

    List<WantedPrice> prices(
            String pointer,
            List<CatalogRoutes.PriceBody> bodies,
            Function<String, Optional<Asset>> assets) {
        return new PriceForms(this, assets).prices(pointer, bodies);
    }
}
