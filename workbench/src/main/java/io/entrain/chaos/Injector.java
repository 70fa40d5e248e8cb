package io.entrain.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Does to a cluster what a schedule says, when it says so. */
final class Injector {
  private final Targets targets;
  private final List<Step> steps = new ArrayList<>();
  private final List<Moment> moments = new ArrayList<>();

  /** Something to do; what it says of it is told. */
  private interface Act {
    String now();
  }

  private record Step(long atMillis, Act act) {}

  /**
   * What faults befall.
   *
   * @param flink the cluster
   * @param broker of input and output
   * @param proxy between job and broker
   * @param disk under the checkpoints; null where it is never full
   * @param rescaler of the job
   * @param announcer of models
   * @param parallelism that the job has to begin with
   */
  record Targets(
      FlinkCluster flink,
      BrokerNode broker,
      Proxy proxy,
      CheckpointDisk disk,
      Rescaler rescaler,
      Announcer announcer,
      int parallelism) {}

  /** Prepares the steps of a schedule. */
  Injector(Schedule schedule, Targets targets) {
    this.targets = targets;
    schedule.faults().forEach(this::plan);
    steps.sort(Comparator.comparingLong(Step::atMillis));
  }

  private void plan(Fault fault) {
    switch (fault.kind()) {
      case TASKMANAGER_KILL -> at(fault.atMillis(), () -> end("SIGKILL", FlinkCluster::kill));
      case TASKMANAGER_CRASH -> at(fault.atMillis(), () -> end("SIGSEGV", FlinkCluster::crash));
      case JOBMANAGER_KILL -> {
        at(
            fault.atMillis(),
            () -> said("SIGKILL of the JobManager", targets.flink()::killJobManager));
        at(
            fault.endMillis(),
            () -> said("the JobManager starts again", targets.flink()::startJobManager));
      }
      case BROKER_KILL -> {
        at(fault.atMillis(), () -> said("SIGKILL of the broker", targets.broker()::kill));
        at(fault.endMillis(), () -> said("the broker starts again", targets.broker()::launch));
      }
      case TASKMANAGER_PAUSE -> pause(fault);
      case DISK_FULL -> {
        at(fault.atMillis(), () -> said(targets.disk().manner(), targets.disk()::fill));
        at(fault.endMillis(), () -> said("checkpoints have space again", targets.disk()::free));
      }
      case RESCALE -> {
        at(fault.atMillis(), () -> targets.rescaler().become(targets.parallelism() + 1));
        at(fault.endMillis(), () -> targets.rescaler().become(targets.parallelism()));
      }
      case MODEL_SWAP -> at(fault.atMillis(), targets.announcer()::next);
      case NETWORK_CUT -> network(fault, Proxy.Mode.CUT);
      case NETWORK_DELAY -> network(fault, Proxy.Mode.DELAY);
      case NETWORK_BLACK_HOLE -> network(fault, Proxy.Mode.BLACK_HOLE);
      case NETWORK_SLOW -> network(fault, Proxy.Mode.SLOW);
      default -> at(fault.atMillis(), () -> "the input has " + fault.kind().word());
    }
  }

  private void network(Fault fault, Proxy.Mode mode) {
    String word = fault.kind().word();
    at(fault.atMillis(), () -> said(word + " begins", () -> targets.proxy().become(mode)));
    at(
        fault.endMillis(),
        () -> said(word + " ends", () -> targets.proxy().become(Proxy.Mode.OPEN)));
  }

  private void at(long millis, Act act) {
    steps.add(new Step(millis, act));
  }

  private static String said(String what, Runnable act) {
    act.run();
    return what;
  }

  private String end(String signal, BiConsumer<FlinkCluster, JavaProcess> how) {
    JavaProcess victim = targets.flink().working();
    how.accept(targets.flink(), victim);
    targets.flink().startTaskManager();
    return signal + " of " + victim.name() + ", which ran the job; another one starts";
  }

  private void pause(Fault fault) {
    JavaProcess[] victim = new JavaProcess[1];
    at(
        fault.atMillis(),
        () -> {
          victim[0] = targets.flink().working();
          victim[0].pause();
          return "SIGSTOP of " + victim[0].name() + ", which ran the job";
        });
    at(
        fault.endMillis(),
        () -> {
          victim[0].resume();
          return "SIGCONT of " + victim[0].name();
        });
  }

  /**
   * Does all of it; returns after the last step.
   *
   * @param startMillis wall time from which the schedule counts
   */
  List<Moment> run(long startMillis, Consumer<String> say) {
    for (Step step : steps) {
      Waiting.pauseMillis(startMillis + step.atMillis() - System.currentTimeMillis());
      long began = System.currentTimeMillis() - startMillis;
      Moment moment = new Moment(began, step.act().now());
      moments.add(moment);
      say.accept(
          String.format(Locale.ROOT, "  %6.2f s  %s", moment.millis() * 1e-3, moment.text()));
    }
    return List.copyOf(moments);
  }
}
