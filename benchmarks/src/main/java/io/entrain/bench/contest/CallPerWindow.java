package io.entrain.bench.contest;

import io.entrain.bench.load.FeedShape;
import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.State;
import io.entrain.job.OutputKind;
import io.entrain.job.OutputRecord;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * What a user of Flink's windows would write: lay the window out as tensors, call the model, put
 * out what it decoded. A model's state tensors are kept as the key's state.
 */
final class CallPerWindow extends ProcessWindowFunction<Piece, OutputRecord, String, TimeWindow> {
  private static final long serialVersionUID = 1L;
  private static final long NANOS = 1_000_000L;
  private static final ValueStateDescriptor<float[][]> STATES =
      new ValueStateDescriptor<>("states", float[][].class);

  private final WindowCall.Opening opening;
  private transient WindowCall call;

  CallPerWindow(WindowCall.Opening opening) {
    this.opening = opening;
  }

  @Override
  public void open(OpenContext context) {
    call = opening.open();
  }

  @Override
  public void process(
      String session, Context context, Iterable<Piece> pieces, Collector<OutputRecord> out)
      throws Exception {
    long startNanos = context.window().getStart() * NANOS;
    long endNanos = context.window().getEnd() * NANOS;
    ModelContract contract = call.contract();
    Map<String, float[]> inputs = empty(contract);
    boolean complete = false;
    for (Piece piece : pieces) {
      lay(piece, startNanos, contract, inputs);
      complete |= piece.endNanos() >= endNanos;
    }
    if (!complete) {
      return; // a window after the end of the input
    }
    ValueState<float[][]> states = context.globalState().getState(STATES);
    List<float[]> tensors = new ArrayList<>(inputs.values());
    float[][] kept = states.value();
    for (int i = 0; i < contract.states().size(); i++) {
      tensors.add(kept == null ? contract.states().get(i).initial() : kept[i]);
    }
    Map<String, float[]> results = run(contract, tensors);
    states.update(next(contract, results));
    out.collect(output(session, endNanos, contract, results));
  }

  private static Map<String, float[]> empty(ModelContract contract) {
    Map<String, float[]> inputs = new LinkedHashMap<>();
    for (Modality modality : contract.modalities()) {
      int steps = contract.stepsPerWindow(modality);
      inputs.put(modality.name(), new float[steps * modality.planes()]);
      inputs.put(modality.maskName(), new float[steps]);
    }
    return inputs;
  }

  private static void lay(
      Piece piece, long startNanos, ModelContract contract, Map<String, float[]> inputs) {
    Modality modality = contract.modalities().get(piece.isSpikes() ? 0 : 1);
    int steps = contract.stepsPerHop(modality);
    int first = (int) ((piece.startNanos() - startNanos) / contract.hopNanos()) * steps;
    Arrays.fill(inputs.get(modality.maskName()), first, first + steps, 1);
    float[] values = inputs.get(modality.name());
    if (!piece.isSpikes()) {
      System.arraycopy(
          piece.samples(), 0, values, first * modality.planes(), piece.samples().length);
      return;
    }
    for (int i = 0; i < piece.unit().length; i++) {
      int step = first + (int) (piece.offsetNanos()[i] * steps / contract.hopNanos());
      values[step * modality.planes() + piece.unit()[i]] += 1;
    }
  }

  private Map<String, float[]> run(ModelContract contract, List<float[]> tensors) {
    float[][] outputs = call.run(tensors.toArray(float[][]::new));
    Map<String, float[]> results = new LinkedHashMap<>();
    int i = 0;
    for (String name : contract.results().keySet()) {
      results.put(name, outputs[i++]);
    }
    return results;
  }

  private static float[][] next(ModelContract contract, Map<String, float[]> results) {
    float[][] next = new float[contract.states().size()][];
    for (int i = 0; i < next.length; i++) {
      State state = contract.states().get(i);
      next[i] = results.get(state.next());
    }
    return next;
  }

  private static OutputRecord output(
      String session, long endNanos, ModelContract contract, Map<String, float[]> results) {
    Decoded.Builder message =
        Decoded.newBuilder()
            .setSession(session)
            .setModel(contract.name())
            .setWindowEndNanos(endNanos)
            .setPane(endNanos / NANOS / FeedShape.HOP_MILLIS - 1);
    for (ModelContract.Output output : contract.outputs()) {
      for (int k = 0; k < output.components().size(); k++) {
        message.addComponent(
            Component.newBuilder()
                .setName(output.components().get(k).name())
                .setUnit(output.components().get(k).unit())
                .setMean(results.get(output.name())[k])
                .setStandardDeviation(
                    (float) StrictMath.exp(0.5 * results.get(output.logVariance())[k]))
                .setDelayMillis(output.delayMillis()));
      }
    }
    return new OutputRecord(
        OutputKind.DECODED,
        session.getBytes(StandardCharsets.UTF_8),
        MessageCodec.DECODED.encode(message.build(), Format.PROTOBUF),
        0,
        0,
        1);
  }

  @Override
  public void close() {
    if (call != null) {
      call.close();
    }
  }
}
