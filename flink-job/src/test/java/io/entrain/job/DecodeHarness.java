package io.entrain.job;

import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Rejected;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The real decode operator with a shipped model, one record at a time, without the rest of Flink.
 */
final class DecodeHarness implements AutoCloseable {
  private final TwoInputHarness harness;
  private final List<OutputRecord> outputs = new ArrayList<>();

  private DecodeHarness(TwoInputHarness harness) {
    this.harness = harness;
  }

  /** Lateness of 200 ms, nothing announced, and nothing to come; further settings as given. */
  static DecodeHarness open(OperatorSubtaskState restored, Map<String, String> settings)
      throws Exception {
    return openBeforeAnnouncements(restored, settings).horizon(Long.MAX_VALUE);
  }

  /** The same, but the control topic is not read yet. */
  static DecodeHarness openBeforeAnnouncements(
      OperatorSubtaskState restored, Map<String, String> settings) throws Exception {
    TwoInputHarness harness = new TwoInputHarness(new DecodeOperatorFactory(settings(settings)));
    harness.setup();
    if (restored != null) {
      harness.initializeState(restored);
    }
    harness.open();
    return new DecodeHarness(harness);
  }

  private static DecodeSettings settings(Map<String, String> settings) {
    JobConfig config = config(settings);
    List<JobModel> live = JobModel.open(config);
    return DecodeSettings.of(config, live.get(0), JobModel.openShadows(config, live), true);
  }

  static JobConfig config(Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("models", model("lag-posterior"));
    all.put("allowed-lateness-millis", "200");
    all.put("alignment", "false");
    all.putAll(settings);
    return JobConfig.of(all);
  }

  static DecodeHarness open() throws Exception {
    return open(null, Map.of());
  }

  static String model(String name) {
    return Path.of(System.getProperty("entrain.root"), "model", "trained", name + ".onnx")
        .toString();
  }

  /** A model of make_tiny_models.py. */
  static String tinyModel(String name) {
    return Path.of(System.getProperty("entrain.root"), "flink-job/src/test/resources/models")
        .resolve(name + ".onnx")
        .toString();
  }

  DecodeHarness send(RawRecord record) throws Exception {
    harness.processBlock(record);
    return this;
  }

  DecodeHarness send(List<RawRecord> records) throws Exception {
    for (RawRecord record : records) {
      send(record);
    }
    return this;
  }

  DecodeHarness watermark(long millis) throws Exception {
    harness.processWatermark1(millis);
    return this;
  }

  /** How far the control topic is known. */
  DecodeHarness horizon(long millis) throws Exception {
    harness.processWatermark2(millis);
    return this;
  }

  DecodeHarness announce(Announced announced) throws Exception {
    harness.processAnnounced(announced);
    return this;
  }

  /** Waits until every model is open. */
  DecodeHarness awaitModels() {
    harness.awaitModels();
    return this;
  }

  /** Lets the operator do what it does when no record is at hand. */
  DecodeHarness idle() throws Exception {
    drain();
    return this;
  }

  /** The end of the input. */
  DecodeHarness end() throws Exception {
    harness.processWatermark1(Long.MAX_VALUE);
    harness.endInputs();
    return this;
  }

  OperatorSubtaskState checkpoint(long id) throws Exception {
    harness.prepareSnapshotPreBarrier(id);
    return harness.snapshot(id, id);
  }

  int stateEntries() {
    return harness.numKeyedStateEntries();
  }

  /** Panes that the session keeps. */
  int panes(String session) throws Exception {
    return harness.panes(session);
  }

  int timers() {
    return harness.numEventTimeTimers();
  }

  /** What the task does between two records: runs the mails that are there, not what they bring. */
  DecodeHarness pass() {
    harness.getTaskMailbox().drain().forEach(DecodeHarness::run);
    return this;
  }

  private List<OutputRecord> drain() throws Exception {
    while (harness.getTaskMailbox().hasMail()) {
      pass();
    }
    return emitted();
  }

  /** Everything emitted so far, of which nothing is done for the purpose. */
  List<OutputRecord> emitted() {
    for (Object output : harness.getOutput()) {
      if (output instanceof StreamRecord<?> record) {
        outputs.add((OutputRecord) record.getValue());
      }
    }
    harness.getOutput().clear();
    return outputs;
  }

  private static void run(org.apache.flink.streaming.runtime.tasks.mailbox.Mail mail) {
    try {
      mail.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Everything emitted so far, and what is when no record is at hand. */
  List<OutputRecord> outputs() throws Exception {
    return drain();
  }

  List<Decoded> decoded() throws Exception {
    return drain().stream()
        .filter(output -> output.kind() == OutputKind.DECODED)
        .map(output -> read(MessageCodec.DECODED, output))
        .toList();
  }

  /** What the shadows decoded. */
  List<Decoded> shadowed() throws Exception {
    return drain().stream()
        .filter(output -> output.kind() == OutputKind.SHADOW)
        .map(output -> read(MessageCodec.DECODED, output))
        .toList();
  }

  List<Rejected> rejected() throws Exception {
    return drain().stream()
        .filter(output -> output.kind() == OutputKind.REJECTED)
        .map(output -> read(MessageCodec.REJECTED, output))
        .toList();
  }

  private static <M extends com.google.protobuf.Message> M read(
      MessageCodec<M> codec, OutputRecord output) {
    try {
      return codec.decode(output.value());
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
