package io.entrain.wire;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The names of the topics: {@code <prefix>.<modality>} for what arrives, and one each for what the
 * job writes and for the truth of a simulation.
 *
 * @param prefix first part of every name
 */
public record Topics(String prefix) {
  /** Kafka's rule for a topic name, with room for a modality after the prefix. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

  private static final List<String> RESERVED =
      List.of("decoded", "alignment", "rejected", "truth", "models", "shadow");

  /** {@code entrain.spikes}, {@code entrain.decoded}, and so on. */
  public static final Topics DEFAULT = new Topics("entrain");

  public Topics {
    Objects.requireNonNull(prefix, "prefix");
    if (!NAME.matcher(prefix).matches() || prefix.length() > 40) {
      throw new IllegalArgumentException(
          "topic prefix \"" + prefix + "\" must be 1 to 40 of letters, digits, '.', '_', '-'");
    }
  }

  /**
   * Where the blocks of a modality are.
   *
   * @throws IllegalArgumentException where the modality cannot be part of a topic's name, or is the
   *     name of one of the job's own topics
   */
  public String modality(String modality) {
    if (!NAME.matcher(modality).matches()) {
      throw new IllegalArgumentException(
          "modality \""
              + modality
              + "\" cannot name a topic: must be 1 to 200 of letters, digits, '.', '_', '-'");
    }
    if (RESERVED.contains(modality)) {
      throw new IllegalArgumentException(
          "modality \""
              + modality
              + "\" would share the topic of the job's own records "
              + RESERVED);
    }
    return prefix + "." + modality;
  }

  /** {@code Decoded} records. */
  public String decoded() {
    return prefix + ".decoded";
  }

  /** {@code Alignment} records. */
  public String alignment() {
    return prefix + ".alignment";
  }

  /** The dead letters: {@code Rejected} records. */
  public String rejected() {
    return prefix + ".rejected";
  }

  /** The control topic: {@code ModelAnnouncement} records. */
  public String models() {
    return prefix + ".models";
  }

  /** {@code Decoded} records of shadow models. */
  public String shadow() {
    return prefix + ".shadow";
  }

  /** {@code Truth} records of a simulation or a replay. */
  public String truth() {
    return prefix + ".truth";
  }
}
