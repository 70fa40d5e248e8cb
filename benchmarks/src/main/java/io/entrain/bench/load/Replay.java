package io.entrain.bench.load;

import io.entrain.job.RawRecord;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.Broker;
import io.entrain.wire.Format;
import io.entrain.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A feed on topics of its own, all of it there before a contestant reads the first record.
 *
 * @param bootstrap address of the broker
 * @param topics where the blocks are
 * @param shape of the feed
 */
public record Replay(String bootstrap, Topics topics, FeedShape shape) {
  /** Topics of all streams and of what is decoded, with one partition each. */
  public static void createTopics(String bootstrap, Topics topics) {
    List<String> names =
        List.of(
            topics.modality(Feed.MODALITIES.get(0)),
            topics.modality(Feed.MODALITIES.get(1)),
            topics.decoded(),
            topics.alignment(),
            topics.rejected());
    new Broker(bootstrap).createTopics(names, 1);
  }

  /** Sends the feed; log time ends about now. */
  public static Replay fill(String bootstrap, Topics topics, Feed feed) {
    createTopics(bootstrap, topics);
    long lengthMillis = (feed.shape().hops() + 1L) * FeedShape.HOP_MILLIS;
    long startMillis = System.currentTimeMillis() - lengthMillis;
    Map<String, String> settings = Map.of("linger.ms", "20", "batch.size", "262144");
    try (BlockProducer producer = new BlockProducer(bootstrap, topics, Format.PROTOBUF, settings)) {
      for (List<RawRecord> stream : feed.streams()) {
        for (RawRecord record : stream) {
          producer.send(
              topics.modality(record.topic()),
              new String(record.key(), StandardCharsets.UTF_8),
              record.value(),
              startMillis + record.timestampMillis());
        }
      }
      producer.flush();
    }
    return new Replay(bootstrap, topics, feed.shape());
  }
}
