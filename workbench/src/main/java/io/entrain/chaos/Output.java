package io.entrain.chaos;

import java.util.Arrays;

/**
 * A record as a reader saw it.
 *
 * @param kind its topic
 * @param session its key
 * @param value bytes
 */
record Output(OutputKind kind, String session, byte[] value) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Output that
        && kind == that.kind
        && session.equals(that.session)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * kind.hashCode() + session.hashCode()) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "Output[" + kind.word() + ", " + session + ", " + value.length + " B]";
  }
}
