package io.entrain.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.entrain.contract.ContractException;
import io.entrain.contract.ContractReader;
import io.entrain.contract.ModelContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * An ONNX file with a contract, ready to run.
 *
 * <h2>Assumptions</h2>
 *
 * One thread runs it: the first that does. ONNX Runtime leaks GPU memory when calls hop between
 * threads (onnxruntime #29351).
 *
 * <h2>Guarantees</h2>
 *
 * Once open, the graph has the inputs and outputs that the contract asks for, and has run once.
 * Closing it or a {@link Batch} of it waits for a call in flight, and the next one is refused;
 * either would otherwise end the process (onnxruntime #21812).
 */
public final class OnnxModel implements AutoCloseable {
  private final Path file;
  private final String sha256;
  private final ModelContract contract;
  private final Sessions.Opened opened;
  private Thread owner;
  private boolean closed;

  private OnnxModel(Path file, String sha256, ModelContract contract, Sessions.Opened opened) {
    this.file = file;
    this.sha256 = sha256;
    this.contract = contract;
    this.opened = opened;
  }

  /**
   * Opens the model in {@code file}.
   *
   * @throws ModelException names the file, what is wrong and what to do
   */
  public static OnnxModel open(Path file, Provider provider) {
    byte[] bytes = bytes(file);
    try {
      Sessions.Opened opened = Sessions.open(bytes, provider);
      try {
        OnnxModel model = new OnnxModel(file, sha256(bytes), contract(opened.session()), opened);
        model.tryOut();
        return model;
      } catch (RuntimeException | OrtException refused) {
        opened.session().close();
        throw refused;
      }
    } catch (ModelException | ContractException refused) {
      throw new ModelException(file + ": " + refused.getMessage(), refused);
    } catch (OrtException failed) {
      throw new ModelException(
          "%s: not a model that ONNX Runtime can load (%d bytes): %s; export it again"
              .formatted(file, bytes.length, failed.getMessage()),
          failed);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException missing) {
      throw new ModelException(
          "there is no model file %s; give the path of an .onnx file, or train one with ./entrain train"
              .formatted(file.toAbsolutePath()),
          missing);
    } catch (IOException unreadable) {
      throw new ModelException(
          "cannot read the model file %s: %s".formatted(file.toAbsolutePath(), unreadable),
          unreadable);
    }
  }

  private static ModelContract contract(OrtSession session) throws OrtException {
    ModelContract contract =
        ContractReader.parse(
            session.getMetadata().getCustomMetadata().get(ModelContract.METADATA_KEY));
    GraphCheck.inputs(session.getInputInfo(), contract.inputs());
    GraphCheck.outputs(session.getOutputInfo(), contract.results());
    return contract;
  }

  /** Two rows of nothing: a batch that is fixed inside the graph, or an open dimension, shows. */
  private void tryOut() {
    try (Batch batch = batch(2, BatchShape.FIXED)) {
      batch.run(2);
    }
    owner = null;
  }

  /** Tries the model out, so before the thread that is to run it does. */
  private BatchShape chosen(int capacity) {
    Thread before = owner;
    owner = null;
    BatchShape shape = BatchTrial.shape(this, capacity);
    owner = before;
    return shape;
  }

  /** What the model asks for and gives. */
  public ModelContract contract() {
    return contract;
  }

  /** SHA-256 of the file, lower-case hex. */
  public String sha256() {
    return sha256;
  }

  /** Where it runs: CPU or CUDA. */
  public Provider provider() {
    return opened.provider();
  }

  /** Why it runs there, for people. */
  public String providerNote() {
    return opened.note();
  }

  /** Buffers for calls of up to {@code capacity} rows; no call may be in flight. */
  public Batch batch(int capacity, BatchShape shape) {
    return new Batch(this, capacity, shape == BatchShape.AUTO ? chosen(capacity) : shape);
  }

  synchronized void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {
    if (closed) {
      throw new IllegalStateException(file + ": the model is closed");
    }
    if (owner == null) {
      owner = Thread.currentThread();
    }
    if (owner != Thread.currentThread()) {
      throw new IllegalStateException(
          "%s: the model belongs to thread %s, but %s runs it: open one for each thread"
              .formatted(file, owner.getName(), Thread.currentThread().getName()));
    }
    try {
      // Every output is pinned, so the result owns nothing.
      opened.session().run(inputs, outputs).close();
    } catch (OrtException failed) {
      throw new ModelException(
          "model %s does not run: %s".formatted(contract.name(), failed.getMessage()), failed);
    }
  }

  /** Does {@code work} while no call of another thread is in flight, and lets none begin. */
  synchronized void betweenCalls(Runnable work) {
    work.run();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      opened.session().close();
    } catch (OrtException failed) {
      throw new ModelException(file + ": cannot close: " + failed.getMessage(), failed);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }
}
