package io.entrain.cli;

import io.entrain.inference.Provider;
import io.entrain.job.JobModel;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.Broker;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.wire.v1.ModelAnnouncement.Role;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swap}: announces a model to a running job. */
@Command(
    name = "swap",
    sortOptions = false,
    description = {
      "Put a model in the place of the one of the same name that a job runs, without stopping it,",
      "or beside the live ones. The job decides: what it refuses is on the topic of dead letters."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain swap --bootstrap localhost:9092 --file new/lag-posterior.onnx",
      "  ./entrain swap --bootstrap localhost:9092 --file new/lag-posterior.onnx --fresh-state",
      "  ./entrain swap --bootstrap localhost:9092 --file candidate.onnx --shadow",
      "  ./entrain swap --bootstrap localhost:9092 --withdraw lag-posterior"
    })
final class Swap implements Runnable {
  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9092",
      description = "Kafka brokers (default: ${DEFAULT-VALUE})")
  String bootstrap;

  @ArgGroup(multiplicity = "1")
  Subject subject;

  /** One of the two. */
  static final class Subject {
    @Option(
        names = "--file",
        paramLabel = "FILE",
        description =
            "The ONNX file, at the same path on every machine of the job; leave it there unchanged")
    Path file;

    @Option(names = "--withdraw", paramLabel = "NAME", description = "End the shadow of this name")
    String withdraw;
  }

  @Option(names = "--shadow", description = "Decode beside the live models, to a topic of its own")
  boolean shadow;

  @Option(
      names = "--fresh-state",
      description = "Start sessions anew; needed where the state tensors differ")
  boolean freshState;

  @Option(
      names = "--after",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Seconds from now; the job's swap-lead-millis at least (default: 0)")
  double afterSeconds;

  @Option(
      names = "--topic-prefix",
      paramLabel = "NAME",
      defaultValue = "entrain",
      description = "The topic is NAME.models (default: ${DEFAULT-VALUE})")
  String topicPrefix;

  @Option(
      names = "--kafka",
      paramLabel = "KEY=VALUE",
      description = "Further settings of Kafka's clients, such as security.protocol=SASL_SSL")
  Map<String, String> kafka = new LinkedHashMap<>();

  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public void run() {
    Topics topics = new Topics(topicPrefix);
    if (!new Broker(bootstrap, kafka).topics().contains(topics.models())) {
      throw new IllegalStateException(
          "there is no topic %s on the Kafka broker at %s: start the job first"
              .formatted(topics.models(), bootstrap));
    }
    long now = System.currentTimeMillis();
    ModelAnnouncement announcement =
        announcement()
            .setEffectiveMillis(afterSeconds == 0 ? 0 : now + (long) (afterSeconds * 1000))
            .build();
    try (BlockProducer producer = new BlockProducer(bootstrap, topics, Format.JSON, kafka)) {
      byte[] value = MessageCodec.ANNOUNCEMENT.encode(announcement, Format.JSON);
      producer.send(topics.models(), announcement.getModel(), value, now);
      producer.flush();
    }
    spec.commandLine()
        .getOut()
        .println("Announced on " + topics.models() + ": " + text(announcement));
  }

  private ModelAnnouncement.Builder announcement() {
    if (subject.withdraw != null) {
      return ModelAnnouncement.newBuilder().setModel(subject.withdraw).setRole(Role.WITHDRAW);
    }
    JobModel model = JobModel.open(List.of(subject.file.toString()), Provider.CPU).get(0);
    return model.announcement().setRole(shadow ? Role.SHADOW : Role.LIVE).setFreshState(freshState);
  }

  private static String text(ModelAnnouncement announcement) {
    return switch (announcement.getRole()) {
      case WITHDRAW -> "no shadow " + announcement.getModel();
      case SHADOW -> "shadow %s, %s".formatted(announcement.getModel(), announcement.getPath());
      default -> "%s, %s".formatted(announcement.getModel(), announcement.getPath());
    };
  }
}
