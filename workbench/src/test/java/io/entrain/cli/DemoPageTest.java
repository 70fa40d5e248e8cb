package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.view.Address;
import io.entrain.view.ControlSettings;
import io.entrain.view.PageServer;
import io.entrain.view.TestBrowser;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Truth;
import io.entrain.world.LagPlan;
import io.entrain.world.LiveSession;
import io.entrain.world.WorldOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The knobs of the page, turned in a real browser, on the demo's own simulator. */
class DemoPageTest {
  private static final Topics TOPICS = Topics.DEFAULT;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  void movesTheLagOfTheStreamAndUnplugsOne() {
    LagPlan wander = LagPlan.wandering(60, 150);
    LiveSession session =
        new LiveSession(new WorldOptions(1, 5, 240, wander, WorldOptions.Faults.NONE));
    DemoControls controls = new DemoControls(List.of(session), wander);
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        DemoFeed feed = DemoFeed.start(broker.bootstrapServers(), List.of(session));
        RecordConsumer<Truth> truth =
            new RecordConsumer<>(
                broker.bootstrapServers(),
                TOPICS.truth(),
                MessageCodec.TRUTH::decode,
                Start.END,
                Isolation.READ_UNCOMMITTED);
        PageServer server =
            PageServer.start(
                Address.LOOPBACK,
                "",
                new PageServer.Subject(broker.bootstrapServers(), TOPICS, Map.of()),
                new PageServer.Inside(controls, null));
        TestBrowser browser = TestBrowser.open(server.address())) {
      assertThat(feed.isDone()).isFalse();
      decodeSomething(broker, session.name());
      browser.awaitText("#title", session.name());
      browser.slide("#lag_millis", -120);
      browser.run("document.getElementById('wanders').click()");

      awaitLag(truth, lag -> lag == -120);
      assertThat(controls.touched()).isTrue();
      browser.run(
          "const s = document.getElementById('unplugged');"
              + "s.value = 'lfp'; s.dispatchEvent(new Event('change'))");
      Awaitility.await().atMost(PATIENCE).until(() -> session.faults().missing().equals("lfp"));
      assertThat(session.lag().startMillis()).isEqualTo(-120);

      // As another page does, or a script.
      controls.set(session.name(), new ControlSettings(40, false, 0, 0, 0, ""));
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> browser.run("return document.getElementById('lag_millis').value").equals("40"));
    }
  }

  /** The page shows sessions of which something was decoded. */
  private static void decodeSomething(EmbeddedBroker broker, String session) {
    broker.createTopics(List.of(TOPICS.decoded()), 1);
    Decoded decoded = Decoded.newBuilder().setSession(session).setModel("any").build();
    try (BlockProducer producer = new BlockProducer(broker.bootstrapServers())) {
      producer.send(
          TOPICS.decoded(), session, MessageCodec.DECODED.encode(decoded, Format.PROTOBUF), 1);
    }
  }

  private static void awaitLag(RecordConsumer<Truth> truth, Predicate<Float> wanted) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                truth.poll(Duration.ofMillis(100)).stream()
                    .anyMatch(record -> wanted.test(record.value().getLagMillis())));
  }
}
