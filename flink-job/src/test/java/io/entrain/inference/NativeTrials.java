package io.entrain.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * What may be done to the native library, each in a JVM of its own: {@link NativeLibraryTest}
 * starts one for a trial, so that a crash takes nothing else down. Prints what came of it.
 */
final class NativeTrials {
  private static final int ROUNDS = 40;

  /** A call takes milliseconds at this size, so that most closings come in the middle of one. */
  private static final int ROWS = 4;

  private static final Path LARGE =
      ShippedModels.root().resolve("model/trained/lag-posterior.onnx");

  private interface Trial {
    void run() throws Exception;
  }

  private static final Map<String, Trial> TRIALS =
      Map.of(
          "close-model", NativeTrials::closeModelDuringACall,
          "close-batch", NativeTrials::closeBatchDuringACall,
          "interrupt", NativeTrials::interruptACall,
          "fail", () -> failInMidRun("failing"),
          "starve", () -> failInMidRun("hungry"),
          "broken-files", NativeTrials::openBrokenFiles,
          "crash", NativeTrials::crash);

  private NativeTrials() {}

  public static void main(String[] arguments) throws Exception {
    TRIALS.get(arguments[0]).run();
  }

  private static void closeModelDuringACall() throws Exception {
    closeDuringACall(false);
  }

  private static void closeBatchDuringACall() throws Exception {
    closeDuringACall(true);
  }

  private static void closeDuringACall(boolean batchFirst) throws Exception {
    Random random = new Random(1);
    for (int round = 0; round < ROUNDS; round++) {
      OnnxModel model = OnnxModel.open(LARGE, Provider.CPU);
      Batch batch = model.batch(ROWS, BatchShape.FIXED);
      Thread caller = new Thread(() -> callUntilRefused(batch), "caller");
      caller.start();
      Thread.sleep(random.nextInt(30));
      if (batchFirst) {
        batch.close();
        // The caller comes again, and finds the model open.
        caller.join();
      }
      model.close();
      model.close();
      caller.join();
      batch.close();
    }
  }

  private static void callUntilRefused(Batch batch) {
    try {
      while (true) {
        batch.run(ROWS);
      }
    } catch (RuntimeException refused) {
      System.out.println("refused: " + refused.getMessage());
    }
  }

  /** As the engine does when a job is cancelled: the task closes what it opened, interrupted. */
  private static void interruptACall() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Thread task =
          new Thread(
              () -> {
                try (OnnxModel model = OnnxModel.open(LARGE, Provider.CPU);
                    Batch batch = model.batch(ROWS, BatchShape.FIXED)) {
                  while (!Thread.currentThread().isInterrupted()) {
                    batch.run(ROWS);
                  }
                }
                System.out.println("closed");
              },
              "task");
      task.start();
      Thread.sleep(50);
      task.interrupt();
      task.join();
    }
  }

  /** The call fails at the sixth hop; calls before and after it are good. */
  private static void failInMidRun(String name) {
    try (OnnxModel model = OnnxModel.open(TinyModels.file(name), Provider.CPU);
        Batch batch = model.batch(1, BatchShape.SINGLE)) {
      for (int round = 0; round < 3; round++) {
        for (float hop : new float[] {0, 5}) {
          batch.input("count").put(0, new float[] {hop});
          try {
            batch.run(1);
            System.out.println("good");
          } catch (ModelException failed) {
            System.out.println("failed: " + failed.getMessage().strip());
          }
        }
      }
    }
  }

  /** A model file with flipped bytes, or cut short: refused, or by chance still a model. */
  private static void openBrokenFiles() throws IOException {
    byte[] whole = Files.readAllBytes(TinyModels.file("pinnable"));
    Path file = Files.createTempFile("broken", ".onnx");
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      byte[] bytes = whole.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      Files.write(file, Arrays.copyOf(bytes, length));
      try (OnnxModel model = OnnxModel.open(file, Provider.CPU)) {
        System.out.println("opened " + model.contract().name());
      } catch (ModelException refused) {
        System.out.println("refused: " + refused.getMessage().lines().findFirst().orElse(""));
      }
    }
    Files.delete(file);
  }

  /** What a crash of the library is: the check of the check. */
  private static void crash() throws IOException {
    String command = "kill -SEGV " + ProcessHandle.current().pid();
    new ProcessBuilder("sh", "-c", command).start();
    while (true) {
      Thread.onSpinWait();
    }
  }
}
