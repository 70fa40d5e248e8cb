package io.entrain.fuzz;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.embedded.EmbeddedBroker;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.inference.Provider;
import io.entrain.job.JobModel;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Fuzzed records through a broker and the production job, both in this process: all are sent, the
 * job reads them to the end under checkpoints, and each is accounted for. The job may not restart:
 * an exception in it ends the run.
 */
public final class FuzzRun {
  /** What a run is doing. */
  public enum Part {
    SENDING,
    DECODING
  }

  /** Told how far the run is, in records. */
  @FunctionalInterface
  public interface Progress {
    void show(Part part, long done, long total);
  }

  private static final Topics TOPICS = Topics.DEFAULT;

  /** Producers' own limit is often raised; the job must bear what the topic then lets in. */
  private static final int INPUT_LIMIT_BYTES = 16 << 20;

  private final FuzzOptions options;
  private final ModelContract contract;
  private final List<String> inputs;
  private final Progress progress;
  private final BooleanSupplier stop;

  /**
   * Reads the model.
   *
   * @param stop asked now and then; a run that is stopped says nothing of what was not sent
   * @throws io.entrain.inference.ModelException where it is none
   */
  public FuzzRun(FuzzOptions options, Progress progress, BooleanSupplier stop) {
    this.options = options;
    this.progress = progress;
    this.stop = stop;
    contract = JobModel.open(List.of(options.model().toString()), Provider.CPU).get(0).contract();
    inputs = contract.modalities().stream().map(Modality::name).map(TOPICS::modality).toList();
  }

  /** Sends, decodes and accounts. */
  public FuzzReport run() {
    Configuration settings = new Configuration();
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        EmbeddedFlink engine = EmbeddedFlink.start(options.parallelism(), settings)) {
      createInputs(broker.bootstrapServers());
      Map<Place, Sent> sent = send(broker.bootstrapServers());
      FuzzedJob job = new FuzzedJob(options, TOPICS, broker.bootstrapServers(), engine);
      Account.Running running =
          job.run(done -> progress.show(Part.DECODING, done, sent.size()), sent.size(), stop);
      return account(broker.bootstrapServers(), sent, running);
    }
  }

  private void createInputs(String bootstrap) {
    List<NewTopic> topics =
        inputs.stream()
            .map(
                name ->
                    new NewTopic(name, options.parallelism(), (short) 1)
                        .configs(Map.of("max.message.bytes", Integer.toString(INPUT_LIMIT_BYTES))))
            .toList();
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
      admin.createTopics(topics).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("topics " + inputs + " could not be created", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating topics " + inputs, e);
    }
  }

  private Map<Place, Sent> send(String bootstrap) {
    FuzzStream stream =
        new FuzzStream(
            options.seed(),
            contract,
            options.mutantShare(),
            BlockCodec.DEFAULT_MAX_SIZE_IN_BYTES,
            System.currentTimeMillis());
    try (FuzzSender sender = new FuzzSender(bootstrap, inputs)) {
      return sender.send(
          stream,
          options.records(),
          stop,
          done -> progress.show(Part.SENDING, done, options.records()));
    }
  }

  private FuzzReport account(String bootstrap, Map<Place, Sent> sent, Account.Running running) {
    DecodedPanes panes = new DecodedPanes(contract);
    read(bootstrap, TOPICS.decoded(), MessageCodec.DECODED::decode, r -> panes.add(r.value()));
    Account account = new Account(sent, panes, BlockCodec.DEFAULT_MAX_SIZE_IN_BYTES);
    read(
        bootstrap,
        TOPICS.rejected(),
        MessageCodec.REJECTED::decode,
        r -> account.letter(r.value()));
    for (int i = 0; i < inputs.size(); i++) {
      String topic = inputs.get(i);
      int modality = i;
      read(
          bootstrap,
          topic,
          value -> value,
          r -> account.record(new Place(topic, r.partition(), r.offset()), modality, r.value()));
    }
    return account.report(running);
  }

  private static <T> void read(
      String bootstrap,
      String topic,
      RecordConsumer.Decoder<T> decoder,
      Consumer<Received<T>> reader) {
    try (RecordConsumer<T> consumer =
        new RecordConsumer<>(
            bootstrap, topic, decoder, Start.BEGINNING, Isolation.READ_COMMITTED)) {
      consumer.readToEnd(reader);
    }
  }
}
