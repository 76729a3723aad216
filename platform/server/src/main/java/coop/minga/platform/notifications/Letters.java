package coop.minga.platform.notifications;

import coop.minga.platform.AccountId;
import coop.minga.plugin.api.Text;

/**
 * What mails say. No template language: a name is put in as text and nothing in it is ever
 * evaluated.
 */
final class Letters {

    private Letters() {}

    static Letter welcome(String key, AccountId account, String language, String name, String url) {
        return letter(
                key,
                account,
                language,
                Text.of("Welcome to the co-op", "Te damos la bienvenida a la cooperativa"),
                Text.of(
                        "Hello "
                                + name
                                + ",\n\nyour account is ready. Pick a machine here:\n"
                                + url
                                + "/catalog\n",
                        "Hola, "
                                + name
                                + ":\n\ntu cuenta está lista. Elige una máquina aquí:\n"
                                + url
                                + "/catalog\n"));
    }

    static Letter ready(
            String key,
            AccountId account,
            String language,
            String machine,
            String instance,
            String url) {
        return letter(
                key,
                account,
                language,
                Text.of(
                        "Your machine " + machine + " is running",
                        "Tu máquina " + machine + " está en marcha"),
                Text.of(
                        "Your machine "
                                + machine
                                + " is up:\n"
                                + url
                                + "/instances/"
                                + instance
                                + "\n\nIts credentials are shown there once; we never mail them.\n",
                        "Tu máquina "
                                + machine
                                + " ya funciona:\n"
                                + url
                                + "/instances/"
                                + instance
                                + "\n\n"
                                + "Sus credenciales se muestran allí una vez; nunca las enviamos"
                                + " por correo.\n"));
    }

    static Letter failed(
            String key,
            AccountId account,
            String language,
            String machine,
            String reason,
            String url) {
        return letter(
                key,
                account,
                language,
                Text.of(
                        "Your machine " + machine + " could not be delivered",
                        "No pudimos entregar tu máquina " + machine),
                Text.of(
                        reason
                                + "\n\nNothing was charged: what was set aside is yours again.\n"
                                + url
                                + "/wallet\n",
                        reason
                                + "\n\nNo se cobró nada: lo reservado vuelve a ser tuyo.\n"
                                + url
                                + "/wallet\n"));
    }

    static Letter document(
            String key,
            AccountId account,
            String language,
            String name,
            String total,
            String address) {
        return letter(
                key,
                account,
                language,
                Text.of(name),
                Text.of(
                        name
                                + ", "
                                + total
                                + ". To read or keep it, sign in and open:\n"
                                + address
                                + "\n",
                        name
                                + ", "
                                + total
                                + ". Para leerlo o guardarlo, entra y abre:\n"
                                + address
                                + "\n"));
    }

    private static Letter letter(
            String key, AccountId account, String language, Text subject, Text text) {
        return new Letter(key, account, subject.in(language), text.in(language));
    }
}
