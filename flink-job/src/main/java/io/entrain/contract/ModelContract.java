package io.entrain.contract;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the host must feed a model, what it gets back and which state it keeps. All tensors are
 * float32 with a dynamic first dimension B:
 *
 * <pre>
 * in   {modality}             [B, contextHops * steps, planes]
 *      {modality}_mask        [B, contextHops * steps]     1 present, 0 missing
 *      {state}                [B, *shape]
 * out  {output}               [B, K]                       for the newest step, or a delay before it
 *      {output log variance}  [B, K]
 *      {lag posterior} [B, L], {lag millis} [B]            where lag is not null
 *      {headroom}             [B]                          where lag names one
 *      {attention}            [B, *shape]                  where attention is not null
 *      {state next}           [B, *shape]
 * </pre>
 *
 * Events come as raw counts per bin, samples raw in the modality's unit; what stands under a mask
 * of 0 changes nothing.
 *
 * @param name name of the model
 * @param hopMillis length of a pane
 * @param contextHops panes in a window
 * @param warmupHops panes at the start of a stretch whose output is marked as warming up
 * @param modalities the streams, in the order of the inputs
 * @param states tensors that the host keeps for each session; may be empty
 * @param outputs decoded quantities, at least one
 * @param lag what is known of the lag, or null
 * @param attention a tensor to look at, or null
 * @param provenance how the model came to be
 */
public record ModelContract(
    String name,
    int hopMillis,
    int contextHops,
    int warmupHops,
    List<Modality> modalities,
    List<State> states,
    List<Output> outputs,
    LagOutput lag,
    Attention attention,
    Provenance provenance)
    implements Serializable {
  /** The newest contract version this code reads. */
  public static final int VERSION = 2;

  /** Where the contract stands in the metadata of the ONNX file. */
  public static final String METADATA_KEY = "entrain.contract";

  private static final long NANOS_PER_MILLI = 1_000_000L;

  public ModelContract {
    modalities = List.copyOf(modalities);
    states = List.copyOf(states);
    outputs = List.copyOf(outputs);
  }

  /** Length of a pane. */
  public long hopNanos() {
    return hopMillis * NANOS_PER_MILLI;
  }

  /** Steps of {@code modality} in one pane: bins of events, or samples. */
  public int stepsPerHop(Modality modality) {
    return switch (modality.kind()) {
      case EVENTS -> modality.binsPerHop();
      case SAMPLES -> Math.toIntExact((long) modality.rateHz() * hopMillis / 1000);
    };
  }

  /** Steps of {@code modality} in one window: rows of its input tensor. */
  public int stepsPerWindow(Modality modality) {
    return contextHops * stepsPerHop(modality);
  }

  /** The modality of that name, or null. */
  public Modality modality(String name) {
    return modalities.stream().filter(m -> m.name().equals(name)).findFirst().orElse(null);
  }

  /** The state of that name, or null. */
  public State state(String name) {
    return states.stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
  }

  /** Name and shape (without B) of every input tensor, in order. */
  public Map<String, List<Integer>> inputs() {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    for (Modality modality : modalities) {
      shapes.put(modality.name(), List.of(stepsPerWindow(modality), modality.planes()));
      shapes.put(modality.maskName(), List.of(stepsPerWindow(modality)));
    }
    states.forEach(state -> shapes.put(state.name(), state.shape()));
    return shapes;
  }

  /** Name and shape (without B) of every output tensor, in order. */
  public Map<String, List<Integer>> results() {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    for (Output output : outputs) {
      shapes.put(output.name(), List.of(output.components().size()));
      shapes.put(output.logVariance(), List.of(output.components().size()));
    }
    if (lag != null) {
      shapes.put(lag.posterior(), List.of(lag.gridMillis().length));
      shapes.put(lag.millis(), List.of());
      if (lag.headroom() != null) {
        shapes.put(lag.headroom(), List.of());
      }
    }
    if (attention != null) {
      shapes.put(attention.output(), attention.shape());
    }
    states.forEach(state -> shapes.put(state.next(), state.shape()));
    return shapes;
  }

  /** What a stream is made of. */
  public enum Kind {
    /** Point events: the input holds counts per bin, then one plane of sums for each mark. */
    EVENTS,
    /** Equally spaced samples. */
    SAMPLES
  }

  /**
   * One input stream.
   *
   * @param name name of the stream and of its input tensor
   * @param kind events or samples
   * @param channels number of channels C
   * @param binsPerHop bins of a pane; 0 for samples
   * @param rateHz sampling rate; 0 for events
   * @param marks names of the marks of an event, each a plane of C columns after the counts
   * @param unit unit of the values, {@code count} for events
   */
  public record Modality(
      String name,
      Kind kind,
      int channels,
      int binsPerHop,
      int rateHz,
      List<String> marks,
      String unit)
      implements Serializable {
    public Modality {
      marks = List.copyOf(marks);
    }

    /** Columns of the input tensor: C for the counts or samples, and C for each mark. */
    public int planes() {
      return channels * (1 + marks.size());
    }

    /** Name of the input tensor that says which steps are there. */
    public String maskName() {
      return name + "_mask";
    }
  }

  /**
   * A tensor that goes from pane to pane of one session.
   *
   * @param name input tensor
   * @param next output tensor that holds it for the next pane
   * @param shape without B
   * @param initial row-major values at the start of a stretch, one for each element
   */
  public record State(String name, String next, List<Integer> shape, float[] initial)
      implements Serializable {
    public State {
      shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public int size() {
      return initial.length;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof State that
          && name.equals(that.name)
          && next.equals(that.next)
          && shape.equals(that.shape)
          && Arrays.equals(initial, that.initial);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Arrays.hashCode(initial);
    }

    @Override
    public String toString() {
      return "State[" + name + " -> " + next + " " + shape + "]";
    }
  }

  /**
   * A decoded quantity.
   *
   * @param name tensor {@code [B, K]} of the means
   * @param logVariance tensor {@code [B, K]} of the natural logarithms of the variances
   * @param components the K columns
   * @param delayMillis the instant it is of lies this long before the window's end; 0 for the
   *     newest step
   */
  public record Output(String name, String logVariance, List<Component> components, int delayMillis)
      implements Serializable {
    public Output {
      components = List.copyOf(components);
    }
  }

  /** One column of an output. */
  public record Component(String name, String unit) implements Serializable {}

  /**
   * The lag of one modality on the clock of another, positive where {@code of} is stamped late.
   *
   * @param of modality whose stamps lag
   * @param relativeTo modality whose clock is the reference
   * @param gridMillis the L lags of the posterior, rising
   * @param posterior tensor {@code [B, L]}, sums to 1
   * @param millis tensor {@code [B]}: the estimate
   * @param headroom tensor {@code [B]}, or null: how far the chosen lag stands above the expected
   *     maximum of the others, in their sd; below 0 only the memory of earlier windows holds it
   * @param allowed state {@code [B, L]}, or null: 1 where a lag is allowed and 0 elsewhere; the
   *     host sets it
   */
  public record LagOutput(
      String of,
      String relativeTo,
      float[] gridMillis,
      String posterior,
      String millis,
      String headroom,
      String allowed)
      implements Serializable {
    @Override
    public boolean equals(Object other) {
      return other instanceof LagOutput that
          && of.equals(that.of)
          && relativeTo.equals(that.relativeTo)
          && Arrays.equals(gridMillis, that.gridMillis)
          && posterior.equals(that.posterior)
          && millis.equals(that.millis)
          && Objects.equals(headroom, that.headroom)
          && Objects.equals(allowed, that.allowed);
    }

    @Override
    public int hashCode() {
      return 31 * of.hashCode() + Arrays.hashCode(gridMillis);
    }

    @Override
    public String toString() {
      return "LagOutput[" + of + " against " + relativeTo + ", " + gridMillis.length + " lags]";
    }
  }

  /**
   * A tensor to look at.
   *
   * @param output tensor {@code [B, *shape]}
   * @param shape without B
   */
  public record Attention(String output, List<Integer> shape) implements Serializable {
    public Attention {
      shape = List.copyOf(shape);
    }
  }

  /**
   * How the model came to be, for people: data, seed, code version, metrics.
   *
   * @param entries text of each leaf by its path, for example {@code metrics.r2}
   */
  public record Provenance(Map<String, String> entries) implements Serializable {
    public Provenance {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }
  }
}
