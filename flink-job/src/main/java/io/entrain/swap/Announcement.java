package io.entrain.swap;

import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.wire.v1.ModelAnnouncement.Role;
import io.entrain.wire.v1.Reason;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An announcement whose fields are in their bounds.
 *
 * @param model name in the model's contract
 * @param role what is to become of it
 * @param path the file; empty where it is to be withdrawn
 * @param sha256 lower-case hex; empty where it is to be withdrawn
 * @param effectiveMillis log time from which it is to apply; 0: as soon as it can
 * @param freshState whether sessions start anew
 */
public record Announcement(
    String model, Role role, String path, String sha256, long effectiveMillis, boolean freshState) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int MAX_CHARS = 4096;

  /**
   * From a record's value, Protobuf or JSON.
   *
   * @throws Refusal where it is no announcement
   */
  public static Announcement read(byte[] value) throws Refusal {
    ModelAnnouncement message = parse(value);
    boolean named = message.getRole() != Role.WITHDRAW;
    Announcement announcement =
        new Announcement(
            message.getModel(),
            message.getRole(),
            named ? message.getPath() : "",
            named ? message.getSha256().toLowerCase(Locale.ROOT) : "",
            message.getEffectiveMillis(),
            message.getFreshState());
    announcement.check(named);
    return announcement;
  }

  private static ModelAnnouncement parse(byte[] value) throws Refusal {
    if (value.length == 0) {
      throw new Refusal(Reason.MALFORMED, "the value is empty; send a ModelAnnouncement");
    }
    try {
      return MessageCodec.ANNOUNCEMENT.decode(value);
    } catch (InvalidProtocolBufferException malformed) {
      throw new Refusal(
          Reason.MALFORMED,
          "not a ModelAnnouncement (%d bytes): %s".formatted(value.length, malformed.getMessage()));
    }
  }

  private void check(boolean named) throws Refusal {
    unless(role != Role.UNRECOGNIZED, "role must be LIVE, SHADOW or WITHDRAW");
    unless(
        isText(model), "model is \"" + model + "\"; it must be the name in the model's contract");
    unless(
        effectiveMillis >= 0, "effective_millis is " + effectiveMillis + "; it must be 0 or more");
    if (named) {
      unless(isText(path), "path is \"" + path + "\"; it must be that of an .onnx file");
      unless(
          SHA256.matcher(sha256).matches(),
          "sha256 is \""
              + sha256
              + "\"; it must be the file's SHA-256 in 64 hex digits, as sha256sum gives it");
    }
  }

  private static boolean isText(String value) {
    return !value.isBlank()
        && value.length() <= MAX_CHARS
        && value.chars().noneMatch(Character::isISOControl);
  }

  private static void unless(boolean holds, String detail) throws Refusal {
    if (!holds) {
      throw new Refusal(Reason.INVALID_FIELD, detail);
    }
  }
}
