package io.entrain.job;

import io.entrain.inference.BatchShape;
import io.entrain.inference.Provider;
import io.entrain.swap.ModelTerm;
import io.entrain.wire.Format;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the decode operator is told once.
 *
 * @param model the model that the settings name, as the TaskManager sees its file
 * @param shadows the shadow models that the settings name; none but of the job's first model
 * @param freshState whether sessions may start anew where their state does not fit the model
 * @param leadMillis how long after its record an announcement takes effect at the earliest
 * @param provider where the model runs
 * @param batchWindows most windows in one call
 * @param batchShape how the model is called
 * @param latenessMillis how long a pane waits for a stream, in log time
 * @param clockJumpMillis a stamp further off than this is a jump of the clock
 * @param sessionTimeoutMillis a session of which nothing came for so long, in log time, is
 *     forgotten
 * @param lagRange which lags the model may find
 * @param maxRecordBytes a larger record is refused
 * @param format how messages are written
 * @param alignment whether lag posterior and attention are written
 * @param first whether this is the job's first model, which writes for all what was refused, and
 *     runs the shadows
 */
record DecodeSettings(
    ModelTerm model,
    List<ModelTerm> shadows,
    boolean freshState,
    long leadMillis,
    Provider provider,
    int batchWindows,
    BatchShape batchShape,
    long latenessMillis,
    long clockJumpMillis,
    long sessionTimeoutMillis,
    LagRange lagRange,
    int maxRecordBytes,
    Format format,
    boolean alignment,
    boolean first)
    implements Serializable {

  static DecodeSettings of(
      JobConfig config, JobModel model, List<JobModel> shadows, boolean first) {
    return new DecodeSettings(
        model.term(false),
        first ? shadows.stream().map(shadow -> shadow.term(true)).toList() : List.of(),
        config.flag(Setting.FRESH_STATE),
        config.number(Setting.SWAP_LEAD_MILLIS),
        config.provider(),
        (int) config.number(Setting.BATCH_WINDOWS),
        config.batchShape(),
        config.number(Setting.ALLOWED_LATENESS_MILLIS),
        config.number(Setting.CLOCK_JUMP_MILLIS),
        config.number(Setting.SESSION_TIMEOUT_MILLIS),
        config.lagRange(),
        (int) config.number(Setting.MAX_RECORD_BYTES),
        config.format(),
        config.flag(Setting.ALIGNMENT),
        first);
  }

  /** All models that the settings name. */
  List<ModelTerm> models() {
    return Stream.concat(Stream.of(model), shadows.stream()).toList();
  }
}
