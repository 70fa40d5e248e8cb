package io.entrain.chaos;

import static io.entrain.inference.Provider.CPU;

import io.entrain.job.JobModel;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.ModelAnnouncement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Announces to the job, in turn, the models that may take each other's place: the one that it does
 * not run takes over, and next time the one that it began with.
 */
final class Announcer {
  private final BrokerNode broker;
  private final Topics topics;
  private final List<JobModel> models;
  private final List<Announcement> announced = new ArrayList<>();

  /**
   * A model that was announced.
   *
   * @param sha256 of its file
   * @param atMillis wall time of its record, from which the lead counts
   */
  record Announcement(String sha256, long atMillis) {}

  /**
   * Of the job that reads these topics.
   *
   * @param files of the models in turn, the one that the job begins with first
   */
  Announcer(BrokerNode broker, Topics topics, List<Path> files) {
    this.broker = broker;
    this.topics = topics;
    models =
        files.stream().map(file -> JobModel.open(List.of(file.toString()), CPU).get(0)).toList();
  }

  /**
   * Announces the next one; what was done, for people. A broker that is away is waited for first:
   * an announcement keeps the time at which it is made.
   */
  String next() {
    broker.awaitAnswer();
    JobModel model = models.get((announced.size() + 1) % models.size());
    ModelAnnouncement announcement = model.announcement().build();
    long nowMillis = System.currentTimeMillis();
    try (BlockProducer producer =
        new BlockProducer(broker.bootstrap(), topics, Format.PROTOBUF, Map.of())) {
      byte[] value = MessageCodec.ANNOUNCEMENT.encode(announcement, Format.PROTOBUF);
      producer.send(topics.models(), announcement.getModel(), value, nowMillis);
      producer.flush();
    }
    announced.add(new Announcement(model.sha256(), nowMillis));
    return "model %s is announced in place of the running one"
        .formatted(model.sha256().substring(0, 8));
  }

  /** What was announced, in order. */
  List<Announcement> announced() {
    return List.copyOf(announced);
  }

  /** Hash of the model that the job begins with. */
  String first() {
    return models.get(0).sha256();
  }
}
