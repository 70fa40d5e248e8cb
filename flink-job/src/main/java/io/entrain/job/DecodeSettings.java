package io.entrain.job;

import io.entrain.inference.BatchShape;
import io.entrain.inference.Provider;
import io.entrain.wire.Format;
import java.io.Serializable;

/**
 * What the decode operator is told once.
 *
 * @param modelFile path or file name of the ONNX model, as the TaskManager sees it
 * @param modelSha256 the hash that the file must have
 * @param provider where the model runs
 * @param batchWindows most windows in one call
 * @param batchShape whether results are bit-equal whatever shares their batch
 * @param latenessMillis how long a pane waits for a stream, in log time
 * @param clockJumpMillis a stamp further off than this is a jump of the clock
 * @param sessionTimeoutMillis a session of which nothing came for so long, in log time, is
 *     forgotten
 * @param lagRange which lags the model may find
 * @param maxRecordBytes a larger record is refused
 * @param format how messages are written
 * @param alignment whether lag posterior and attention are written
 * @param rejects whether refused records are written; one model of the job does it for all
 */
record DecodeSettings(
    String modelFile,
    String modelSha256,
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
    boolean rejects)
    implements Serializable {

  static DecodeSettings of(JobConfig config, JobModel model, boolean rejects) {
    return new DecodeSettings(
        model.file(),
        model.sha256(),
        config.provider(),
        (int) config.number(Setting.BATCH_WINDOWS),
        config.batchShape(model.provider()),
        config.number(Setting.ALLOWED_LATENESS_MILLIS),
        config.number(Setting.CLOCK_JUMP_MILLIS),
        config.number(Setting.SESSION_TIMEOUT_MILLIS),
        config.lagRange(),
        (int) config.number(Setting.MAX_RECORD_BYTES),
        config.format(),
        config.flag(Setting.ALIGNMENT),
        rejects);
  }
}
