package coop.minga.plugin.api.messaging;

/**
 * A message ready to be sent. Made by the host; may grow.
 *
 * @param medium {@code mail} or {@code sms}
 * @param to one e-mail address or phone number in E.164 form, checked by the host
 * @param subject one line; empty for media without
 * @param text the body as plain text
 * @param html the body as HTML; empty where there is none
 */
public record Message(String medium, String to, String subject, String text, String html) {

    @Override
    public String toString() {
        return "Message[medium=" + medium + "]";
    }
}
