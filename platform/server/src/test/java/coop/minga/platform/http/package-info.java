/** Tests of the front door, and the real server and client that other features' tests use. */
@NullMarked
package coop.minga.platform.http;

import org.jspecify.annotations.NullMarked;
