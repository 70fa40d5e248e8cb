package io.entrain.swap;

import io.entrain.contract.ModelContract;
import io.entrain.inference.ModelException;
import io.entrain.inference.OnnxModel;
import io.entrain.inference.Provider;
import io.entrain.wire.v1.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The file behind an announcement, after it was looked at: it is there, has the announced hash, and
 * holds a model with a contract that runs here.
 *
 * @param file absolute path
 * @param contract what the model asks for and gives
 */
public record Candidate(String file, ModelContract contract) {
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * Looks at the file: hashes it, opens the model, runs it once and closes it again. Takes as long
   * as that takes, so no thread that decodes may call it.
   *
   * @throws Refusal where the file cannot stand for the announcement
   */
  public static Candidate of(Announcement announcement, Provider provider) throws Refusal {
    Path file = file(announcement.path());
    String found = sha256(file);
    if (!found.equals(announcement.sha256())) {
      throw new Refusal(
          Reason.HASH_MISMATCH,
          "%s has SHA-256 %s, announced is %s".formatted(file, found, announcement.sha256()));
    }
    try (OnnxModel model = OnnxModel.open(file, provider)) {
      return new Candidate(file.toString(), model.contract());
    } catch (ModelException refused) {
      throw new Refusal(Reason.MODEL_UNREADABLE, refused.getMessage());
    }
  }

  private static Path file(String path) throws Refusal {
    try {
      Path file = Path.of(path).toAbsolutePath().normalize();
      // A pipe or a device would never end.
      if (Files.isRegularFile(file)) {
        return file;
      }
      throw new Refusal(Reason.MODEL_UNREADABLE, "there is no file " + file);
    } catch (InvalidPathException wrong) {
      throw new Refusal(Reason.MODEL_UNREADABLE, "no path: " + wrong.getMessage());
    }
  }

  private static String sha256(Path file) throws Refusal {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream hashed =
            new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      byte[] buffer = new byte[BUFFER_BYTES];
      while (hashed.read(buffer) >= 0) {
        // Only the digest is wanted: a file of any size is hashed in this buffer.
      }
      return HexFormat.of().formatHex(hashed.getMessageDigest().digest());
    } catch (IOException unreadable) {
      throw new Refusal(Reason.MODEL_UNREADABLE, "cannot read %s: %s".formatted(file, unreadable));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
