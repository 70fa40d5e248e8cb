package io.entrain.bench.measure;

/** How much is run. */
public enum Scale {
  /** Everything once and as small as it goes: shows that a benchmark runs, measures nothing. */
  TINY(1, 0),
  /** For every day. */
  QUICK(3, 1),
  /** For the record. */
  FULL(5, 1);

  private final int repeats;
  private final int warmups;

  Scale(int repeats, int warmups) {
    this.repeats = repeats;
    this.warmups = warmups;
  }

  /** Runs of each contestant that count. */
  public int repeats() {
    return repeats;
  }

  /** Runs of each contestant before those, which do not: classes load, code is compiled. */
  public int warmups() {
    return warmups;
  }

  /** The one of the three that belongs to this scale. */
  public <T> T pick(T tiny, T quick, T full) {
    return switch (this) {
      case TINY -> tiny;
      case QUICK -> quick;
      case FULL -> full;
    };
  }
}
