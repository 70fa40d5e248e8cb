package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.pane.PaneRow;
import io.entrain.timeline.SessionState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/**
 * All keyed state of one session: where it stands, the blocks that wait for their panes, the panes
 * of its window and the model's state tensors. Reads and writes go to the session that is the
 * backend's current key.
 */
final class SessionStore {
  private static final String SESSION = "session";

  private final ModelContract contract;
  private final ValueState<SessionRow> row;
  private final List<MapState<Long, KeptBlock>> kept;
  private final MapState<Long, PaneRow> panes;
  private final ValueState<float[][]> tensors;
  private final MapState<String, ShadowRow> shadows;

  private SessionStore(
      ModelContract contract,
      ValueState<SessionRow> row,
      List<MapState<Long, KeptBlock>> kept,
      MapState<Long, PaneRow> panes,
      ValueState<float[][]> tensors,
      MapState<String, ShadowRow> shadows) {
    this.contract = contract;
    this.row = row;
    this.kept = kept;
    this.panes = panes;
    this.tensors = tensors;
    this.shadows = shadows;
  }

  static SessionStore open(ModelContract contract, KeyedStateBackend<?> backend) throws Exception {
    TypeInformation<float[][]> tensorType = TypeInformation.of(float[][].class);
    List<MapState<Long, KeptBlock>> kept = new ArrayList<>();
    for (ModelContract.Modality modality : contract.modalities()) {
      kept.add(
          state(
              backend,
              new MapStateDescriptor<>(
                  "kept-" + modality.name(),
                  LongSerializer.INSTANCE,
                  UnchangingSerializer.of(KeptBlock.class))));
    }
    return new SessionStore(
        contract,
        state(backend, new ValueStateDescriptor<>(SESSION, Types.POJO(SessionRow.class))),
        kept,
        state(
            backend,
            new MapStateDescriptor<>(
                "panes", LongSerializer.INSTANCE, UnchangingSerializer.of(PaneRow.class))),
        state(backend, new ValueStateDescriptor<>("tensors", tensorType)),
        state(
            backend,
            new MapStateDescriptor<>("shadows", Types.STRING, Types.POJO(ShadowRow.class))));
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

  /** The last panes up to the newest, as many as there is room, null where the session has none. */
  PaneRow[] window(long newest, PaneRow[] room) throws Exception {
    for (int hop = 0; hop < room.length; hop++) {
      room[hop] = panes.get(newest - room.length + 1 + hop);
    }
    return room;
  }

  void dropPane(long pane) throws Exception {
    panes.remove(pane);
  }

  /** Drops all panes up to this one. */
  void dropPanesThrough(long pane) throws Exception {
    Iterator<Long> kept = panes.keys().iterator();
    while (kept.hasNext()) {
      if (kept.next() <= pane) {
        kept.remove();
      }
    }
  }

  /** The state tensors in the contract's order, or null at the start of a stretch. */
  float[][] tensors() throws Exception {
    return tensors.value();
  }

  void putTensors(float[][] values) throws Exception {
    tensors.update(values);
  }

  /** What the session keeps for a shadow, or null. */
  ShadowRow shadow(String model) throws Exception {
    return shadows.get(model);
  }

  void putShadow(String model, ShadowRow values) throws Exception {
    shadows.put(model, values);
  }

  /** All sessions of which there is state. */
  static List<String> sessions(KeyedStateBackend<String> backend) {
    try (Stream<String> keys = backend.getKeys(SESSION, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  /** Forgets the window and the state tensors: a new stretch starts like a new session. */
  void startStretch() {
    panes.clear();
    tensors.clear();
    shadows.clear();
  }

  /** Forgets the session. */
  void clear() {
    row.clear();
    kept.forEach(MapState::clear);
    startStretch();
  }
}
