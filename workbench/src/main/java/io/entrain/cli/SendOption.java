package io.entrain.cli;

import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Sender.Sent;
import io.entrain.recording.Session;
import io.entrain.wire.Topics;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** To which Kafka, how fast and under which names sessions are sent. */
final class SendOption {
  @Option(
      names = "--bootstrap",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Send to the Kafka broker at this address")
  String bootstrap;

  @Option(
      names = "--topic-prefix",
      paramLabel = "NAME",
      defaultValue = "entrain",
      description = "Topics are NAME.<modality> and NAME.truth (default: entrain)")
  String topicPrefix;

  @Option(
      names = "--kafka",
      paramLabel = "KEY=VALUE",
      description = "Further settings of Kafka's clients, such as security.protocol=SASL_SSL")
  Map<String, String> kafka = new LinkedHashMap<>();

  @Option(
      names = "--speed",
      defaultValue = "real-time",
      converter = SpeedConverter.class,
      paramLabel = "real-time|max",
      description = "In real time, or as fast as it goes (default: real-time)")
  Sender.Speed speed;

  @Option(
      names = "--block-millis",
      paramLabel = "MS",
      defaultValue = "20",
      description = "Length of a block (default: 20)")
  int blockMillis;

  @Option(
      names = "--run",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "Append -NAME to the session ids: sent twice under one id, a session's clock goes back")
  String run;

  /** Reads {@code real-time} as the constant's name. */
  static final class SpeedConverter implements picocli.CommandLine.ITypeConverter<Sender.Speed> {
    @Override
    public Sender.Speed convert(String value) {
      return switch (value) {
        case "real-time" -> Sender.Speed.REAL_TIME;
        case "max" -> Sender.Speed.MAX;
        default ->
            throw new picocli.CommandLine.TypeConversionException(
                "'" + value + "' is neither real-time nor max");
      };
    }
  }

  Sender open(Collection<String> modalities) {
    return Sender.open(bootstrap, new Topics(topicPrefix), modalities, speed, kafka);
  }

  String id(Session session) {
    return run.isEmpty() ? session.about().name() : session.about().name() + "-" + run;
  }

  long blockNanos() {
    if (blockMillis < 1) {
      throw new IllegalArgumentException(
          "--block-millis is " + blockMillis + ", must be at least 1");
    }
    return blockMillis * 1_000_000L;
  }

  void send(
      Sender sender,
      Playback playback,
      long lengthNanos,
      Interruption interruption,
      Consumer<String> say) {
    double lengthSeconds = lengthNanos * 1e-9;
    long[] saidSeconds = {0};
    Sent sent =
        sender.send(
            playback,
            lengthNanos,
            interruption::await,
            now -> {
              if (now.seconds() >= saidSeconds[0] + 10) {
                saidSeconds[0] = (long) now.seconds();
                say.accept(line("sent", now, lengthSeconds));
              }
            });
    say.accept(line(sent.complete() ? "done:" : "interrupted:", sent, lengthSeconds));
  }

  private static String line(String what, Sent sent, double lengthSeconds) {
    return String.format(
        Locale.ROOT,
        "%s %.1f of %.1f s, %d blocks, %d rows of truth",
        what,
        sent.seconds(),
        lengthSeconds,
        sent.blocks(),
        sent.truths());
  }
}
