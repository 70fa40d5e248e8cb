package io.entrain.recording;

import java.util.List;

/**
 * One session, simulated or recorded: the same form for both.
 *
 * @param labels null where nothing is known
 * @param lag null where nothing is known
 */
public record Session(About about, Span span, List<Signal> signals, Labels labels, KnownLag lag) {
  /**
   * Where a session comes from.
   *
   * @param name the session's id on Kafka unless told otherwise
   * @param source the citation, or the subject and seed of a simulated session
   * @param licence may be empty
   * @param models what {@code replay} runs unless told otherwise; may be empty
   */
  public record About(String name, String source, String licence, List<String> models) {
    public About {
      models = List.copyOf(models);
    }
  }

  public Session {
    signals = List.copyOf(signals);
  }

  public Signal signal(String modality) {
    return signals.stream()
        .filter(signal -> signal.modality().equals(modality))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "session "
                        + about.name()
                        + " has no modality '"
                        + modality
                        + "', it has "
                        + signals.stream().map(Signal::modality).toList()));
  }

  /** The same session between two of its times; it must not start between two samples. */
  public Session between(Span part) {
    if (part.startNanos() < span.startNanos() || part.endNanos() > span.endNanos()) {
      throw new IllegalArgumentException(
          "["
              + part.startNanos()
              + ", "
              + part.endNanos()
              + ") ns lies outside session "
              + about.name()
              + ", which is ["
              + span.startNanos()
              + ", "
              + span.endNanos()
              + ") ns");
    }
    List<Signal> parts = signals.stream().map(signal -> signal.between(span, part)).toList();
    return new Session(about, part, parts, labels, lag);
  }

  /** The same session as if a modality had never been recorded: one gap from end to end. */
  public Session without(String modality) {
    Signal gone = signal(modality);
    List<Signal> rest =
        signals.stream().map(signal -> signal == gone ? signal.lost(span) : signal).toList();
    return new Session(about, span, rest, labels, lag);
  }

  /** The same session under another name. */
  public Session named(String name) {
    return new Session(
        new About(name, about.source(), about.licence(), about.models()),
        span,
        signals,
        labels,
        lag);
  }
}
