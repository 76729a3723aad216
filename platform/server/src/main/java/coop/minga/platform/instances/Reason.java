package coop.minga.platform.instances;

import coop.minga.plugin.api.Text;

/**
 * Why something is in its state.
 *
 * @param code stable, for programs
 * @param text for people
 */
public record Reason(String code, Text text) {

    public static Reason of(String code, String english, String spanish) {
        return new Reason(code, Text.of(english, spanish));
    }

    public static Reason requested() {
        return of("ordered", "The order was placed.", "Se hizo el pedido.");
    }

    public static Reason creating() {
        return of("creating", "The machine is being made.", "La máquina se está creando.");
    }

    public static Reason running() {
        return of("running", "The machine is up.", "La máquina está en marcha.");
    }

    public static Reason unresolved() {
        return of(
                "outcome-unknown",
                "The backend did not answer clearly. We keep asking; you pay nothing until the"
                        + " machine runs.",
                "El sistema no respondió con claridad. Seguimos preguntando; no pagas nada hasta"
                        + " que la máquina funcione.");
    }

    public static Reason stopping() {
        return of("stopping", "The machine is being stopped.", "La máquina se está deteniendo.");
    }

    public static Reason starting() {
        return of("starting", "The machine is being started.", "La máquina se está iniciando.");
    }

    public static Reason restarting() {
        return of(
                "restarting", "The machine is being restarted.", "La máquina se está reiniciando.");
    }

    public static Reason stoppedByOwner() {
        return of("stopped", "It was stopped on request.", "Se detuvo a petición.");
    }

    public static Reason stoppedItself() {
        return of("exited", "The machine stopped by itself.", "La máquina se detuvo sola.");
    }

    public static Reason cannotStart() {
        return of(
                "start-failed",
                "The machine could not be started. Look at its log, then try again.",
                "No se pudo iniciar la máquina. Mira su registro e inténtalo de nuevo.");
    }

    public static Reason exhausted() {
        return of(
                "funds-exhausted",
                "It was stopped because the funds ran out. Top up and start it again.",
                "Se detuvo porque se acabaron los fondos. Recarga e iníciala de nuevo.");
    }

    public static Reason overdue() {
        return of(
                "payment-overdue",
                "It was stopped because its renewal was not paid. Top up; it will then start by"
                        + " itself.",
                "Se detuvo porque no se pagó su renovación. Recarga; luego se iniciará sola.");
    }

    public static Reason unpaid() {
        return of(
                "not-paid",
                "Its renewal was not paid in time; the machine was removed.",
                "Su renovación no se pagó a tiempo; la máquina se eliminó.");
    }

    public static Reason limit() {
        return of(
                "limit-reached",
                "It was stopped because what its plan includes is used up until the next period.",
                "Se detuvo porque se agotó lo que incluye su plan hasta el próximo periodo.");
    }

    public static Reason expired() {
        return of(
                "time-over",
                "The time paid for is over. Renew to go on; otherwise it will be removed.",
                "Se acabó el tiempo pagado. Renueva para seguir; si no, se eliminará.");
    }

    public static Reason deleting() {
        return of("deleting", "The machine is being removed.", "La máquina se está eliminando.");
    }

    public static Reason deleted() {
        return of("deleted", "The machine was removed.", "La máquina se eliminó.");
    }

    public static Reason notRenewed() {
        return of(
                "not-renewed",
                "The time was over and was not renewed; the machine was removed.",
                "Se acabó el tiempo y no se renovó; la máquina se eliminó.");
    }

    public static Reason recovering() {
        return of(
                "recovering",
                "The machine stopped unexpectedly and is being restarted.",
                "La máquina se detuvo de forma inesperada y se está reiniciando.");
    }

    public static Reason lost() {
        return of(
                "lost",
                "The machine disappeared from its node. Billing has ended.",
                "La máquina desapareció de su nodo. El cobro terminó.");
    }

    public static Reason unreachable() {
        return of(
                "unreachable",
                "The machine's backend cannot be reached. We keep asking.",
                "No se llega al sistema de la máquina. Seguimos preguntando.");
    }
}
