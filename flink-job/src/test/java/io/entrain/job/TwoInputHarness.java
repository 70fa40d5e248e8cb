package io.entrain.job;

import io.entrain.pane.PaneRow;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/** Flink's harness for an operator that its factory makes, of a keyed input and one that is not. */
final class TwoInputHarness extends AbstractStreamOperatorTestHarness<OutputRecord> {
  private static final int MAX_PARALLELISM = 128;

  TwoInputHarness(DecodeOperatorFactory factory) throws Exception {
    super(factory, MAX_PARALLELISM, 1, 0);
    KeySelector<RawRecord, String> session = RawRecord::session;
    config.setStatePartitioner(0, session);
    config.setStateKeySerializer(
        Types.STRING.createSerializer(executionConfig.getSerializerConfig()));
    config.serializeAllConfigs();
  }

  private DecodeOperator decoder() {
    return (DecodeOperator) operator;
  }

  void processBlock(RawRecord block) throws Exception {
    StreamRecord<RawRecord> record = new StreamRecord<>(block, block.timestampMillis());
    decoder().setKeyContextElement1(record);
    decoder().processElement1(record);
  }

  void processAnnounced(Announced announced) throws Exception {
    decoder().processElement2(new StreamRecord<>(announced));
  }

  void processWatermark1(long millis) throws Exception {
    decoder().processWatermark1(new Watermark(millis));
  }

  void processWatermark2(long millis) throws Exception {
    decoder().processWatermark2(new Watermark(millis));
  }

  void awaitModels() {
    decoder().awaitModels();
  }

  void endInputs() throws Exception {
    BoundedMultiInput bounded = decoder();
    bounded.endInput(1);
    bounded.endInput(2);
  }

  /** Panes that the session keeps. */
  int panes(String session) throws Exception {
    decoder().setCurrentKey(session);
    MapState<Long, PaneRow> panes =
        decoder()
            .getKeyedStateBackend()
            .getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new MapStateDescriptor<>("panes", Types.LONG, Types.POJO(PaneRow.class)));
    int count = 0;
    for (Long ignored : panes.keys()) {
      count++;
    }
    return count;
  }

  int numKeyedStateEntries() {
    KeyedStateBackend<?> backend = decoder().getKeyedStateBackend();
    return ((HeapKeyedStateBackend<?>) backend).numKeyValueStateEntries();
  }
}
