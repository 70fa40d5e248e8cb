package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.pane.PaneRow;
import io.entrain.timeline.SessionState;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/**
 * All keyed state of one session: where it stands, the blocks that wait for their panes, the panes
 * of its window and the model's state tensors. Reads and writes go to the session that is the
 * backend's current key.
 */
final class SessionStore {
  private final ModelContract contract;
  private final ValueState<SessionRow> row;
  private final List<MapState<Long, KeptBlock>> kept;
  private final MapState<Long, PaneRow> panes;
  private final ValueState<float[][]> tensors;

  private SessionStore(
      ModelContract contract,
      ValueState<SessionRow> row,
      List<MapState<Long, KeptBlock>> kept,
      MapState<Long, PaneRow> panes,
      ValueState<float[][]> tensors) {
    this.contract = contract;
    this.row = row;
    this.kept = kept;
    this.panes = panes;
    this.tensors = tensors;
  }

  static SessionStore open(ModelContract contract, KeyedStateBackend<?> backend) throws Exception {
    TypeInformation<float[][]> tensorType = TypeInformation.of(float[][].class);
    List<MapState<Long, KeptBlock>> kept = new ArrayList<>();
    for (ModelContract.Modality modality : contract.modalities()) {
      kept.add(
          state(
              backend,
              new MapStateDescriptor<>(
                  "kept-" + modality.name(), Types.LONG, Types.POJO(KeptBlock.class))));
    }
    return new SessionStore(
        contract,
        state(backend, new ValueStateDescriptor<>("session", Types.POJO(SessionRow.class))),
        kept,
        state(backend, new MapStateDescriptor<>("panes", Types.LONG, Types.POJO(PaneRow.class))),
        state(backend, new ValueStateDescriptor<>("tensors", tensorType)));
  }

  private static <S extends State> S state(
      KeyedStateBackend<?> backend, StateDescriptor<S, ?> descriptor) throws Exception {
    return backend.getPartitionedState(
        VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
  }

  /** Where the session stands; a new one where nothing has been seen of it. */
  SessionRow row() throws Exception {
    SessionRow current = row.value();
    if (current == null) {
      current = new SessionRow();
      current.timeline = SessionState.ofStreams(contract.modalities().size());
    }
    return current;
  }

  void putRow(SessionRow changed) throws Exception {
    row.update(changed);
  }

  boolean exists() throws Exception {
    return row.value() != null;
  }

  void keep(int stream, long keyNanos, KeptBlock block) throws Exception {
    kept.get(stream).put(keyNanos, block);
  }

  KeptBlock kept(int stream, long keyNanos) throws Exception {
    return kept.get(stream).get(keyNanos);
  }

  void forget(int stream, long keyNanos) throws Exception {
    kept.get(stream).remove(keyNanos);
  }

  void putPane(long pane, PaneRow values) throws Exception {
    panes.put(pane, values);
  }

  /** The pane, or null where the session has none there. */
  PaneRow pane(long pane) throws Exception {
    return panes.get(pane);
  }

  void dropPane(long pane) throws Exception {
    panes.remove(pane);
  }

  /** The state tensors in the contract's order, or null at the start of a stretch. */
  float[][] tensors() throws Exception {
    return tensors.value();
  }

  void putTensors(float[][] values) throws Exception {
    tensors.update(values);
  }

  /** Forgets the window and the state tensors: a new stretch starts like a new session. */
  void startStretch() {
    panes.clear();
    tensors.clear();
  }

  /** Forgets the session. */
  void clear() {
    row.clear();
    kept.forEach(MapState::clear);
    startStretch();
  }
}
