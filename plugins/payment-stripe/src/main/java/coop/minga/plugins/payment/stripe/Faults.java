package coop.minga.plugins.payment.stripe;

import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.AuthenticationException;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.PermissionException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import org.slf4j.Logger;

import java.time.Duration;

/** What Stripe's errors mean to the host. Stripe's own words stay out of it. */
final class Faults {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Logger logger;

    Faults(Logger logger) {
        this.logger = logger;
    }

    ProviderException of(StripeException e) {
        note(e);
        return switch (e) {
            case IdempotencyException _ ->
                    new ProviderException(
                            Code.IDEMPOTENCY_MISMATCH,
                            Text.of(
                                    "The key was used before for something else.",
                                    "La clave se usó antes para otra cosa."));
            case PermissionException _ ->
                    new ProviderException(
                            Code.UNAUTHENTICATED,
                            Text.of(
                                    "The Stripe key lacks a permission.",
                                    "A la clave de Stripe le falta un permiso."));
            case AuthenticationException _ ->
                    new ProviderException(
                            Code.UNAUTHENTICATED,
                            Text.of(
                                    "Stripe does not accept the secret key.",
                                    "Stripe no acepta la clave secreta."));
            case RateLimitException _ ->
                    ProviderException.limit(
                            Text.of("Stripe asks for patience.", "Stripe pide paciencia."),
                            PATIENCE);
            case ApiConnectionException _ -> unavailable();
            case InvalidRequestException invalid -> isMissing(invalid) ? missing() : invalid();
            case CardException _ -> invalid();
            default -> unavailable();
        };
    }

    ProviderException nonsense(RuntimeException e) {
        logger.warn("Stripe's answer could not be read: {}", e.getClass().getName());
        return unavailable();
    }

    void note(StripeException e) {
        logger.warn(
                "Stripe said no: {}, status {}, code {}, request {}",
                e.getClass().getSimpleName(),
                e.getStatusCode(),
                e.getCode(),
                e.getRequestId());
    }

    static boolean isMissing(StripeException e) {
        return "resource_missing".equals(e.getCode())
                || (e.getStatusCode() != null && e.getStatusCode() == 404);
    }

    static ProviderException missing() {
        return new ProviderException(
                Code.NOT_FOUND, Text.of("Stripe does not know it.", "Stripe no lo conoce."));
    }

    private static ProviderException invalid() {
        return new ProviderException(
                Code.INVALID_REQUEST,
                Text.of(
                        "Stripe cannot do this; its reason is in Stripe's log of requests.",
                        "Stripe no puede hacer esto; el motivo está en el registro de solicitudes"
                                + " de Stripe."));
    }

    private static ProviderException unavailable() {
        return new ProviderException(
                Code.UNAVAILABLE,
                Text.of("Stripe cannot be reached now.", "No se puede hablar con Stripe ahora."));
    }
}
