package coop.minga.platform.http;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;

/** What an account may do beyond its own things. Written in lower case with underscores. */
public enum Role {
    CUSTOMER,
    NODE_OPERATOR,
    SUPPORT,
    VIEWER,
    ADMIN,
    SUPER_ADMIN;

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
