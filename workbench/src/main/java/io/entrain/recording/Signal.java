package io.entrain.recording;

import java.util.List;

/** One modality of a session, whole, in stamp order. */
public sealed interface Signal permits EventSignal, SampleSignal {
  String modality();

  int channels();

  /**
   * Where nothing was recorded, ascending and apart; silence outside them is a fact about the
   * source.
   */
  List<Span> gaps();

  /** What stands within {@code part} of a signal over {@code whole}. */
  Signal between(Span whole, Span part);

  /** The same modality where nothing of {@code whole} was recorded. */
  Signal lost(Span whole);
}
