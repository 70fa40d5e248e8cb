package io.entrain.chaos;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.MethodDelegation;
import net.bytebuddy.implementation.StubMethod;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;

/** The job jar with one mistake in it, as a mistake in the sources would compile. */
final class BrokenBuild {
  /** Nothing is broken: the class is written again as it was. */
  static final BrokenBuild NONE =
      new BrokenBuild("org.apache.flink.connector.kafka.sink.KafkaWriter", type -> type);

  /**
   * A checkpoint is confirmed, and with it the offsets of the input, before what was written up to
   * it is flushed to the broker.
   */
  static final BrokenBuild COMMITS_BEFORE_FLUSH =
      new BrokenBuild(
          "org.apache.flink.connector.kafka.sink.KafkaWriter",
          type -> type.method(ElementMatchers.named("flush")).intercept(StubMethod.INSTANCE));

  /** Panes are closed by a watermark that has not come yet. */
  static final BrokenBuild RELEASES_WATERMARK_EARLY =
      new BrokenBuild(
          "io.entrain.job.DecodeOperator",
          type ->
              type.visit(
                  Advice.to(EarlyWatermark.class).on(ElementMatchers.named("processWatermark1"))));

  /** The model's state tensors stay with the process instead of with the session. */
  static final BrokenBuild KEEPS_STATE_IN_A_FIELD =
      new BrokenBuild(
          "io.entrain.job.SessionStore",
          type ->
              type.visit(Advice.to(BackendOfTheField.class).on(ElementMatchers.named("open")))
                  .method(ElementMatchers.namedOneOf("tensors", "putTensors"))
                  .intercept(MethodDelegation.to(FieldState.class)));

  private final String broken;
  private final UnaryOperator<DynamicType.Builder<?>> mistake;

  private BrokenBuild(String broken, UnaryOperator<DynamicType.Builder<?>> mistake) {
    this.broken = broken;
    this.mistake = mistake;
  }

  /** Ahead of its time by more than any stream may be late. */
  static final class EarlyWatermark {
    private EarlyWatermark() {}

    @Advice.OnMethodEnter
    @SuppressWarnings("UnusedVariable") // what is assigned here is what the method sees
    static void enter(@Advice.Argument(value = 0, readOnly = false) Watermark mark) {
      if (!mark.equals(Watermark.MAX_WATERMARK)) {
        mark = new Watermark(mark.getTimestamp() + 5_000);
      }
    }
  }

  /** Tells the field which session is being decoded. */
  static final class BackendOfTheField {
    private BackendOfTheField() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(1) KeyedStateBackend<?> backend) {
      FieldState.backend = backend;
    }
  }

  /**
   * A checkout in {@code folder} whose job jar is broken; all else is that of {@code root}.
   *
   * @return the folder
   */
  Path in(Path folder, Path root) throws IOException {
    for (String part : List.of("model", "workbench")) {
      Files.createSymbolicLink(folder.resolve(part), root.resolve(part).toAbsolutePath());
    }
    Path jar =
        Files.createDirectories(folder.resolve("flink-job/target")).resolve("entrain-job.jar");
    Files.copy(root.resolve("flink-job/target/entrain-job.jar"), jar);
    try (ClassFileLocator classes =
            new ClassFileLocator.Compound(
                ClassFileLocator.ForJarFile.of(jar.toFile()),
                ClassFileLocator.ForClassLoader.of(BrokenBuild.class.getClassLoader()));
        DynamicType.Unloaded<?> made = made(classes);
        FileSystem inside = FileSystems.newFileSystem(jar)) {
      write(inside, broken, made.getBytes());
      write(
          inside, FieldState.class.getName(), classes.locate(FieldState.class.getName()).resolve());
    }
    return folder;
  }

  private DynamicType.Unloaded<?> made(ClassFileLocator classes) {
    TypeDescription type = TypePool.Default.of(classes).describe(broken).resolve();
    return mistake.apply(new ByteBuddy().redefine(type, classes)).make();
  }

  private static void write(FileSystem jar, String name, byte[] bytes) throws IOException {
    Path file = jar.getPath(name.replace('.', '/') + ".class");
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }
}
