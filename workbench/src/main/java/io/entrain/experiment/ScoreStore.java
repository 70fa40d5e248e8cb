package io.entrain.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The scores of an experiment, a file for each session and model, so that a run that was stopped
 * goes on where it was. A score is of one model file: another file under the same name starts anew.
 */
final class ScoreStore {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;

  ScoreStore(Path folder) {
    this.folder = folder;
  }

  Optional<ModelScore> find(String cell, String model, String sha256) {
    Path file = file(cell, model, sha256);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(MAPPER.readValue(file.toFile(), ModelScore.class));
    } catch (IOException e) {
      throw new UncheckedIOException(
          file + " cannot be read: delete it, and its session is decoded again", e);
    }
  }

  /** Whole or not at all: a stop in the middle leaves no half of a file. */
  void keep(ModelScore score) {
    Path file = file(score.cell(), score.model(), score.sha256());
    Path written = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(folder);
      MAPPER.writeValue(written.toFile(), score);
      Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep a score in " + file, e);
    }
  }

  private Path file(String cell, String model, String sha256) {
    try {
      byte[] name = (cell + "\n" + model + "\n" + sha256).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(name);
      return folder.resolve(HexFormat.of().formatHex(hash, 0, 12) + ".json");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
