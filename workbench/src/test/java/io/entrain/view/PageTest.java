package io.entrain.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.entrain.embedded.EmbeddedBroker;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page in a real browser, on a real broker. */
class PageTest {
  private static final Topics TOPICS = Topics.DEFAULT;
  private static final long HOP_NANOS = 20_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static EmbeddedBroker broker(int port) {
    EmbeddedBroker broker = EmbeddedBroker.start(port);
    broker.createTopics(
        List.of(
            TOPICS.modality("spikes"),
            TOPICS.modality("lfp"),
            TOPICS.decoded(),
            TOPICS.alignment(),
            TOPICS.truth(),
            TOPICS.rejected()),
        1);
    return broker;
  }

  private static PageServer serve(String bootstrap) {
    return PageServer.start(
        Address.LOOPBACK,
        "",
        new PageServer.Subject(bootstrap, TOPICS, Map.of()),
        PageServer.Inside.NOTHING);
  }

  private static void hops(Records records, String session, int from, int until, float lagMillis) {
    for (int hop = from; hop < until; hop++) {
      records.hop(session, (hop + 1) * HOP_NANOS, HOP_NANOS, lagMillis);
    }
    records.flush();
  }

  @Test
  void showsWhatStandsInKafka() {
    try (EmbeddedBroker broker = broker(0);
        Records records = new Records(broker.bootstrapServers());
        PageServer server = serve(broker.bootstrapServers());
        TestBrowser browser = TestBrowser.open(server.address())) {
      hops(records, "known", 0, 100, 42);
      records.rejected(
          Rejected.newBuilder()
              .setReason(Reason.NOT_FINITE)
              .setDetail("sample 3, channel 1 is NaN")
              .setTopic(TOPICS.modality("lfp"))
              .setValue(ByteString.copyFromUtf8("{\"session\": \"known\"}"))
              .build());
      records.flush();

      browser.awaitText(
          "#verdict", "spikes are stamped 42 ms late against lfp (± 6 ms); in truth 45 ms late");
      browser.awaitText("#title", "known");
      browser.awaitText("#broker", "live");
      browser.awaitText("#decoded .side", "0.50 ± 0.33");
      browser.awaitText("#gauge-words", "1.5 (limit 0): the newest window alone");
      browser.awaitText("#raster-title", "spikes, as recorded: 41 channels");
      browser.awaitText("#reasons", "NOT_FINITE 1");
      browser.awaitText("#letters summary", "NOT_FINITE: sample 3, channel 1 is NaN");
      browser.awaitText("#letters pre", "{\"session\": \"known\"}");
      browser.awaitText("#facts", "Model alignsabcdef012345");
      browser.awaitText("#facts", "Providernot known here");
      assertThat(browser.element("#controls").isDisplayed()).isFalse();
    }
  }

  /**
   * Half of what is true explains three quarters of its variance; two hops later it is all there.
   */
  @Test
  void showsTheFitOfTheNewestStepAndOfWhatIsGivenLater() {
    try (EmbeddedBroker broker = broker(0);
        Records records = new Records(broker.bootstrapServers());
        PageServer server = serve(broker.bootstrapServers());
        TestBrowser browser = TestBrowser.open(server.address())) {
      for (int hop = 0; hop < 100; hop++) {
        records.truth("known", hop * HOP_NANOS + 1, 0, alternating(hop));
        Decoded.Builder decoded = Records.decoded("known", (hop + 1) * HOP_NANOS, 0, 1);
        decoded.getComponentBuilder(0).setMean(alternating(hop) / 2);
        decoded.addComponent(
            Records.component("velocity_x", alternating(Math.max(0, hop - 2))).toBuilder()
                .setDelayMillis((int) (2 * HOP_NANOS / 1_000_000)));
        records.decoded(decoded.build());
      }
      records.flush();
      browser.awaitText("#scores", "aligns0.75");
      browser.awaitText("#scores", "aligns, 40 ms later1.00");
      browser.awaitText("#scores-hint", "40 ms later it has");
    }
  }

  private static float alternating(int hop) {
    return hop % 2 == 0 ? 1 : -1;
  }

  @Test
  void saysThatTheBrokerIsAwayAndGoesOnWhenItIsBack() {
    EmbeddedBroker first = broker(0);
    String bootstrap = first.bootstrapServers();
    int port = Integer.parseInt(bootstrap.substring(bootstrap.indexOf(':') + 1));
    try (PageServer server = serve(bootstrap);
        TestBrowser browser = TestBrowser.open(server.address())) {
      try (Records records = new Records(bootstrap)) {
        hops(records, "known", 0, 50, 42);
      }
      browser.awaitText("#verdict", "42 ms late");
      first.close();
      browser.awaitText("#broker", "Kafka is away");
      browser.awaitText("#alarm", "has not answered for");
      browser.awaitText("#verdict", "42 ms late");
      try (EmbeddedBroker second = broker(port);
          Records records = new Records(second.bootstrapServers())) {
        // As many records as were read of the first one's topics, whichever is seen first.
        hops(records, "known", 50, 100, -17);
        browser.awaitText("#broker", "live");
        browser.awaitText("#verdict", "17 ms early");
        assertThat(browser.element("#alarm").isDisplayed()).isFalse();
      }
    }
  }

  @Test
  void showsTheWorstOfTwoHundredSessionsFirstAndOpensTheOneThatIsClicked() {
    try (EmbeddedBroker broker = broker(0);
        Records records = new Records(broker.bootstrapServers());
        PageServer server = serve(broker.bootstrapServers());
        TestBrowser browser = TestBrowser.open(server.address())) {
      for (int i = 0; i < 200; i++) {
        records.decoded(Records.decoded("s" + i, HOP_NANOS, i, i == 120 ? 0 : 1).build());
      }
      records.flush();
      browser.awaitText("#cards li:nth-child(200)", text -> !text.isEmpty());
      String worst = browser.awaitText("#cards li:first-child", "lfp missing");
      assertThat(worst).startsWith("s120");
      browser.run("document.querySelector('[data-session=s120]').click()");
      browser.awaitText("#title", "s120");
      browser.awaitText("#verdict", "120 ms late");
    }
  }

  /** An hour of event time in hops of 200 ms, as fast as it goes. */
  @Test
  void keepsThePagesMemoryFlatOverAnHourOfStreaming() {
    long hopNanos = 200_000_000L;
    int hops = 18_000;
    try (EmbeddedBroker broker = broker(0);
        Records records = new Records(broker.bootstrapServers());
        PageServer server = serve(broker.bootstrapServers());
        TestBrowser browser = TestBrowser.open(server.address())) {
      long[] heapBytes = new long[4];
      for (int quarter = 0; quarter < 4; quarter++) {
        for (int hop = quarter * hops / 4; hop < (quarter + 1) * hops / 4; hop++) {
          records.hop("hour", (hop + 1) * hopNanos, hopNanos, 42);
        }
        records.flush();
        double newestMillis = (quarter + 1) * (hops / 4.0) * hopNanos / 1e6;
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    browser.run("return window.entrainPage.store().now") instanceof Number now
                        && now.doubleValue() == newestMillis);
        heapBytes[quarter] = browser.heapBytes();
      }
      assertThat(heapBytes[3] - heapBytes[0])
          .as("heap after each quarter: %s", java.util.Arrays.toString(heapBytes))
          .isLessThan(3 << 20);
    }
  }
}
