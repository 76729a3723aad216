package coop.minga.platform.orders;

import coop.minga.plugin.api.Text;

import java.util.List;

/** The steps of an order, in their order. */
enum Step {
    PAYMENT("payment", "Set the funds aside", "Apartar los fondos"),
    ROOM("room", "Reserve room on a node", "Reservar lugar en un nodo"),
    CREATE("create", "Make the machine", "Crear la máquina"),
    START("start", "Start it and wait until it answers", "Iniciarla y esperar a que responda"),
    READY("ready", "Hand it over and begin to bill", "Entregarla y empezar a cobrar");

    static final List<Step> ALL = List.of(values());

    private final String id;
    private final Text text;

    Step(String id, String english, String spanish) {
        this.id = id;
        this.text = Text.of(english, spanish);
    }

    String id() {
        return id;
    }

    Text text() {
        return text;
    }

    int position() {
        return ordinal() + 1;
    }
}
