package io.entrain.job;

import io.entrain.swap.ModelTerm;
import io.entrain.swap.Roll;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The terms in the checkpoints of a decoder, the same in each of its subtasks, and with them the
 * models that the settings named then.
 */
final class TermStore {
  private final BroadcastState<Integer, ModelTerm> terms;
  private final BroadcastState<Integer, ModelTerm> settings;

  private TermStore(
      BroadcastState<Integer, ModelTerm> terms, BroadcastState<Integer, ModelTerm> settings) {
    this.terms = terms;
    this.settings = settings;
  }

  static TermStore open(OperatorStateStore store) throws Exception {
    TypeInformation<ModelTerm> type = TypeInformation.of(ModelTerm.class);
    return new TermStore(
        store.getBroadcastState(new MapStateDescriptor<>("terms", Types.INT, type)),
        store.getBroadcastState(new MapStateDescriptor<>("settings", Types.INT, type)));
  }

  Roll resume(List<ModelTerm> configured, boolean fresh) throws Exception {
    return Roll.resume(configured, fresh, read(terms), read(settings));
  }

  void write(List<ModelTerm> current, List<ModelTerm> configured) throws Exception {
    write(terms, current);
    write(settings, configured);
  }

  private static List<ModelTerm> read(BroadcastState<Integer, ModelTerm> state) throws Exception {
    Map<Integer, ModelTerm> byPlace = new TreeMap<>();
    state.entries().forEach(entry -> byPlace.put(entry.getKey(), entry.getValue()));
    return new ArrayList<>(byPlace.values());
  }

  private static void write(BroadcastState<Integer, ModelTerm> state, List<ModelTerm> values)
      throws Exception {
    state.clear();
    for (int place = 0; place < values.size(); place++) {
      state.put(place, values.get(place));
    }
  }
}
