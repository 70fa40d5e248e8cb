package io.entrain.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.entrain.contract.ModelContract.Attention;
import io.entrain.contract.ModelContract.Component;
import io.entrain.contract.ModelContract.Kind;
import io.entrain.contract.ModelContract.LagOutput;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.Output;
import io.entrain.contract.ModelContract.Provenance;
import io.entrain.contract.ModelContract.State;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a contract from its JSON; refuses the first thing that cannot be kept. */
public final class ContractReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int MAX_HOP_MILLIS = 60_000;

  /** What is decoded so late is no decoding any more. */
  private static final int MAX_DELAY_MILLIS = 60_000;

  /** Also the limit of the wire. */
  private static final int MAX_CHANNELS = 1 << 16;

  private static final int MAX_MARKS = 64;

  private static final int MAX_RATE_HZ = 1_000_000;

  /** 512 MiB as float32 for one row of one tensor: a slip of the pen, not a model. */
  private static final long MAX_ELEMENTS = 1L << 27;

  private ContractReader() {}

  /**
   * The contract in {@code json}.
   *
   * @param json value of the metadata key {@value ModelContract#METADATA_KEY}, or null where the
   *     file has no such key
   * @throws ContractException says what is wrong and what to do
   */
  public static ModelContract parse(String json) {
    if (json == null || json.isBlank()) {
      throw new ContractException(
          "the model has no contract: its metadata lacks the key \"%s\"; export it with entrain_model, or add a contract (docs/contract.md)"
              .formatted(ModelContract.METADATA_KEY));
    }
    JsonNode tree = tree(json);
    checkVersion(tree);
    ModelContract contract = JsonFields.read("", tree, ContractReader::contract);
    ContractNames.check(contract);
    return contract;
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException malformed) {
      throw new ContractException(
          "the contract is not JSON: %s; export the model again"
              .formatted(malformed.getOriginalMessage()),
          malformed);
    }
  }

  /** Before anything else: a later version may have fields that this code cannot know. */
  private static void checkVersion(JsonNode tree) {
    JsonNode version = tree.path("version");
    if (version.isIntegralNumber() && version.asLong() > ModelContract.VERSION) {
      throw new ContractException(
          "the contract has version %s, this program reads versions 1 to %d: run a newer Entrain, or export the model for version %d"
              .formatted(version, ModelContract.VERSION, ModelContract.VERSION));
    }
  }

  private static ModelContract contract(JsonFields fields) {
    fields.whole("version", 1, ModelContract.VERSION);
    int hopMillis = fields.whole("hop_millis", 1, MAX_HOP_MILLIS);
    int contextHops = fields.whole("context_hops", 1, 1_000_000);
    return new ModelContract(
        fields.text("name"),
        hopMillis,
        contextHops,
        fields.whole("warmup_hops", 0, Integer.MAX_VALUE),
        atLeastOne(
            "modalities", fields.objects("modalities", m -> modality(m, hopMillis, contextHops))),
        fields.objects("states", ContractReader::state),
        atLeastOne("outputs", fields.objects("outputs", o -> output(o, hopMillis))),
        fields.objectOrNull("lag", ContractReader::lag),
        fields.objectOrNull("attention", ContractReader::attention),
        new Provenance(leaves(fields.optional("provenance"))));
  }

  private static <T> List<T> atLeastOne(String what, List<T> list) {
    if (list.isEmpty()) {
      throw new ContractException(what + " is empty, must hold at least one");
    }
    return list;
  }

  private static Modality modality(JsonFields fields, int hopMillis, int contextHops) {
    String name = fields.text("name");
    Kind kind =
        switch (fields.text("kind")) {
          case "events" -> Kind.EVENTS;
          case "samples" -> Kind.SAMPLES;
          default ->
              throw fields.wrong(
                  fields.at("kind"), fields.required("kind"), "must be \"events\" or \"samples\"");
        };
    int channels = fields.whole("channels", 1, MAX_CHANNELS);
    String unit = fields.text("unit");
    Modality modality =
        kind == Kind.EVENTS
            ? new Modality(name, kind, channels, bins(fields, hopMillis), 0, marks(fields), unit)
            : new Modality(name, kind, channels, 0, rate(fields, hopMillis), List.of(), unit);
    long steps =
        kind == Kind.EVENTS ? modality.binsPerHop() : (long) modality.rateHz() * hopMillis / 1000;
    checkSize(fields.at("name"), name, contextHops * steps * modality.planes());
    return modality;
  }

  private static int bins(JsonFields fields, int hopMillis) {
    int bins = fields.whole("bins_per_hop", 1, 1_000_000);
    if (hopMillis * 1_000_000L % bins != 0) {
      throw fields.wrong(
          fields.at("bins_per_hop"),
          bins,
          "must divide the hop of %d ms into whole nanoseconds".formatted(hopMillis));
    }
    return bins;
  }

  private static List<String> marks(JsonFields fields) {
    List<String> marks = fields.optional("marks") == null ? List.of() : fields.texts("marks");
    if (marks.size() > MAX_MARKS) {
      throw fields.wrong(
          fields.at("marks"), marks.size() + " names", "must be at most " + MAX_MARKS);
    }
    return marks;
  }

  private static int rate(JsonFields fields, int hopMillis) {
    int rateHz = fields.whole("rate_hz", 1, MAX_RATE_HZ);
    if ((long) rateHz * hopMillis % 1000 != 0) {
      throw fields.wrong(
          fields.at("rate_hz"),
          rateHz,
          "must give whole samples in a hop of %d ms".formatted(hopMillis));
    }
    return rateHz;
  }

  private static State state(JsonFields fields) {
    String name = fields.text("name");
    List<Integer> shape = fields.wholes("shape", 1, Integer.MAX_VALUE);
    long size = 1;
    for (int dimension : shape) {
      size = checkSize(fields.at("shape"), shape, size * dimension);
    }
    if (shape.isEmpty()) {
      throw fields.wrong(fields.at("shape"), shape, "must have at least one dimension");
    }
    return new State(name, fields.text("next"), shape, initial(fields, (int) size));
  }

  private static float[] initial(JsonFields fields, int size) {
    JsonNode value = fields.required("initial");
    if (value.isNumber()) {
      return filled(fields, value.floatValue(), size);
    }
    float[] values = fields.floats("initial");
    if (values.length == 1) {
      return filled(fields, values[0], size);
    }
    if (values.length != size) {
      throw fields.wrong(
          fields.at("initial"),
          values.length + " values",
          "must be one, or %d (the shape's)".formatted(size));
    }
    return values;
  }

  private static float[] filled(JsonFields fields, float value, int size) {
    if (!Float.isFinite(value)) {
      throw fields.wrong(fields.at("initial"), value, "must be finite");
    }
    float[] values = new float[size];
    Arrays.fill(values, value);
    return values;
  }

  private static Output output(JsonFields fields, int hopMillis) {
    return new Output(
        fields.text("name"),
        fields.text("log_variance"),
        atLeastOne(
            fields.at("components"),
            fields.objects("components", c -> new Component(c.text("name"), c.text("unit")))),
        delay(fields, hopMillis));
  }

  /** Since version 2; absent in what was written before. */
  private static int delay(JsonFields fields, int hopMillis) {
    if (fields.optional("delay_millis") == null) {
      return 0;
    }
    int delayMillis = fields.whole("delay_millis", 0, MAX_DELAY_MILLIS);
    if (delayMillis % hopMillis != 0) {
      throw fields.wrong(
          fields.at("delay_millis"),
          delayMillis,
          "must be a multiple of the hop of %d ms".formatted(hopMillis));
    }
    return delayMillis;
  }

  private static LagOutput lag(JsonFields fields) {
    float[] gridMillis = fields.floats("grid_millis");
    if (gridMillis.length < 2) {
      throw fields.wrong(
          fields.at("grid_millis"), gridMillis.length + " values", "must be at least 2");
    }
    for (int i = 1; i < gridMillis.length; i++) {
      if (gridMillis[i] <= gridMillis[i - 1]) {
        throw fields.wrong(
            fields.at("grid_millis[" + i + "]"),
            gridMillis[i],
            "must be above the one before, " + gridMillis[i - 1]);
      }
    }
    return new LagOutput(
        fields.text("of"),
        fields.text("relative_to"),
        gridMillis,
        fields.text("posterior"),
        fields.text("millis"),
        fields.textOrNull("headroom"),
        fields.textOrNull("allowed"));
  }

  private static Attention attention(JsonFields fields) {
    List<Integer> shape = fields.wholes("shape", 1, Integer.MAX_VALUE);
    long size = 1;
    for (int dimension : shape) {
      size = checkSize(fields.at("shape"), shape, size * dimension);
    }
    return new Attention(fields.text("output"), shape);
  }

  private static long checkSize(String where, Object what, long elements) {
    if (elements > MAX_ELEMENTS) {
      throw new ContractException(
          "%s %s asks for a tensor of %d elements a row, the limit is %d"
              .formatted(where, what, elements, MAX_ELEMENTS));
    }
    return elements;
  }

  private static Map<String, String> leaves(JsonNode node) {
    Map<String, String> leaves = new LinkedHashMap<>();
    if (node != null) {
      collect("", node, leaves);
    }
    return leaves;
  }

  private static void collect(String path, JsonNode node, Map<String, String> leaves) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  collect(
                      path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                      entry.getValue(),
                      leaves));
    } else {
      leaves.put(path, node.isTextual() ? node.textValue() : node.toString());
    }
  }
}
