package io.entrain.job;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes an {@link AdmitOperator} on the TaskManager, with the task's mailbox. */
final class AdmitOperatorFactory extends AbstractStreamOperatorFactory<Announced>
    implements OneInputStreamOperatorFactory<RawRecord, Announced> {
  private static final long serialVersionUID = 1L;

  private final AdmitSettings settings;

  AdmitOperatorFactory(AdmitSettings settings) {
    this.settings = settings;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the signature is Flink's
  public <T extends StreamOperator<Announced>> T createStreamOperator(
      StreamOperatorParameters<Announced> parameters) {
    return (T) new AdmitOperator(parameters, parameters.getMailboxExecutor(), settings);
  }

  @Override
  @SuppressWarnings("rawtypes") // Flink's signature
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return AdmitOperator.class;
  }
}
