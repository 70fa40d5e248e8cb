package io.entrain.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;

/** Makes sessions on the CPU or on a GPU. */
final class Sessions {
  private static final String GPU_BUILD =
      "build with -Pgpu on a machine with an NVIDIA driver, CUDA 12 and cuDNN 9";

  private Sessions() {}

  /**
   * A session and where it runs.
   *
   * @param provider CPU or CUDA, never AUTO
   * @param note why, for the line at start
   */
  record Opened(OrtSession session, Provider provider, String note) {}

  /**
   * A session of {@code model} on {@code provider}.
   *
   * @throws ModelException where the provider is not there
   * @throws OrtException where the bytes are no model
   */
  static Opened open(byte[] model, Provider provider) throws OrtException {
    // Loads the native library, which knows what it was built with.
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    boolean built = OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
    if (!built) {
      UnpackedLibrary.delete();
    }
    if (provider == Provider.CPU) {
      return cpu(environment, model, "as configured");
    }
    String why = "this build of ONNX Runtime has no CUDA";
    if (built) {
      try {
        return new Opened(cuda(environment, model), Provider.CUDA, "CUDA device 0");
      } catch (OrtException failed) {
        why = "CUDA does not start: " + failed.getMessage().strip();
      }
    }
    if (provider == Provider.CUDA) {
      throw new ModelException(
          "provider cuda was asked for, but %s; %s, or set provider to cpu or auto"
              .formatted(why, GPU_BUILD));
    }
    return cpu(environment, model, why + "; for a GPU " + GPU_BUILD);
  }

  private static Opened cpu(OrtEnvironment environment, byte[] model, String note)
      throws OrtException {
    try (SessionOptions options = options()) {
      return new Opened(environment.createSession(model, options), Provider.CPU, note);
    }
  }

  private static OrtSession cuda(OrtEnvironment environment, byte[] model) throws OrtException {
    try (SessionOptions options = options();
        OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(0)) {
      // TF32 keeps 10 bits of the mantissa: decoded values would not match the CPU's.
      cuda.add("use_tf32", "0");
      // The default measures kernels at run time, and the fastest of today may not be tomorrow's.
      cuda.add("cudnn_conv_algo_search", "HEURISTIC");
      options.addCUDA(cuda);
      return environment.createSession(model, options);
    }
  }

  private static SessionOptions options() throws OrtException {
    SessionOptions options = new SessionOptions();
    // One thread a session: Flink's parallelism is what uses the cores; two gave nothing.
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.setDeterministicCompute(true);
    return options;
  }
}
