package io.entrain.job;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;

/** Makes a {@link DecodeOperator} on the TaskManager, with the task's mailbox. */
final class DecodeOperatorFactory extends AbstractStreamOperatorFactory<OutputRecord>
    implements TwoInputStreamOperatorFactory<RawRecord, Announced, OutputRecord> {
  private static final long serialVersionUID = 1L;

  private final DecodeSettings settings;

  DecodeOperatorFactory(DecodeSettings settings) {
    this.settings = settings;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the signature is Flink's
  public <T extends StreamOperator<OutputRecord>> T createStreamOperator(
      StreamOperatorParameters<OutputRecord> parameters) {
    return (T) new DecodeOperator(parameters, parameters.getMailboxExecutor(), settings);
  }

  @Override
  @SuppressWarnings("rawtypes") // Flink's signature
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return DecodeOperator.class;
  }
}
