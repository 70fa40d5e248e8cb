package io.entrain.job;

import io.entrain.inference.Provider;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.wire.v1.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** The real admitting operator, one announcement at a time. The lead is 1000 ms. */
final class AdmitHarness implements AutoCloseable {
  static final long LEAD_MILLIS = 1000;

  private final OneInputStreamOperatorTestHarness<RawRecord, Announced> harness;
  private final List<Announced> announced = new ArrayList<>();
  private final List<Long> watermarks = new ArrayList<>();

  private AdmitHarness(OneInputStreamOperatorTestHarness<RawRecord, Announced> harness) {
    this.harness = harness;
  }

  /** With {@code models} and other settings of the job. */
  static AdmitHarness open(OperatorSubtaskState restored, Map<String, String> settings)
      throws Exception {
    JobConfig config = DecodeHarness.config(settings);
    List<JobModel> live = JobModel.open(config);
    AdmitSettings admit =
        new AdmitSettings(
            new EntrainJob.JobModels(live, JobModel.openShadows(config, live)).terms(),
            config.flag(Setting.FRESH_STATE),
            Provider.CPU,
            config.lagRange(),
            LEAD_MILLIS,
            Format.PROTOBUF);
    var harness =
        new OneInputStreamOperatorTestHarness<RawRecord, Announced>(
            new AdmitOperatorFactory(admit), 128, 1, 0);
    harness.setup();
    if (restored != null) {
      harness.initializeState(restored);
    }
    harness.open();
    return new AdmitHarness(harness);
  }

  /** A record of the control topic. */
  static RawRecord record(byte[] value, long millis) {
    return new RawRecord(-1, "entrain.models", 0, millis, millis, new byte[0], value);
  }

  static RawRecord record(ModelAnnouncement.Builder message, long millis) {
    return record(MessageCodec.ANNOUNCEMENT.encode(message.build(), Format.PROTOBUF), millis);
  }

  /** An announcement of the model in the file, under the name in its contract. */
  static ModelAnnouncement.Builder model(String file) {
    JobModel model = JobModel.open(List.of(file), Provider.CPU).get(0);
    return ModelAnnouncement.newBuilder()
        .setModel(model.contract().name())
        .setPath(file)
        .setSha256(model.sha256());
  }

  /** Sends without waiting for what becomes of it. */
  AdmitHarness send(RawRecord record) throws Exception {
    harness.processElement(new StreamRecord<>(record));
    return this;
  }

  /** The topic is read so far; the same as {@code Long.MAX_VALUE} at its end. */
  AdmitHarness watermark(long millis) throws Exception {
    harness.processWatermark(new Watermark(millis));
    return this;
  }

  /** Waits until all is decided, and gives what became of it. */
  List<Announced> decided() throws Exception {
    harness.endInput();
    return announced();
  }

  /** What became of one announcement. */
  Announced decide(RawRecord record) throws Exception {
    int before = decided().size();
    List<Announced> after = send(record).decided();
    if (after.size() != before + 1) {
      throw new AssertionError("not one decision but " + (after.size() - before));
    }
    return after.get(before);
  }

  List<Announced> announced() {
    for (Object output : harness.getOutput()) {
      if (output instanceof StreamRecord<?> record) {
        announced.add((Announced) record.getValue());
      } else if (output instanceof Watermark mark) {
        watermarks.add(mark.getTimestamp());
      }
    }
    harness.getOutput().clear();
    return announced;
  }

  List<Long> watermarks() {
    announced();
    return watermarks;
  }

  static Rejected letter(Announced refused) throws Exception {
    return MessageCodec.REJECTED.decode(refused.letter().value());
  }

  OperatorSubtaskState checkpoint(long id) throws Exception {
    ((AbstractStreamOperator<?>) harness.getOperator()).prepareSnapshotPreBarrier(id);
    return harness.snapshot(id, id);
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
