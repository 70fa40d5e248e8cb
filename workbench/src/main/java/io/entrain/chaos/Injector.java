package io.entrain.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Does to a cluster what a schedule says, when it says so. */
final class Injector {
  private final FlinkCluster flink;
  private final BrokerNode broker;
  private final Proxy proxy;
  private final List<Step> steps = new ArrayList<>();
  private final List<Moment> moments = new ArrayList<>();

  /** Something to do; what it says of it is told. */
  private interface Act {
    String now();
  }

  private record Step(long atMillis, Act act) {}

  /** Prepares the steps of a schedule. */
  Injector(Schedule schedule, FlinkCluster flink, BrokerNode broker, Proxy proxy) {
    this.flink = flink;
    this.broker = broker;
    this.proxy = proxy;
    schedule.faults().forEach(this::plan);
    steps.sort(Comparator.comparingLong(Step::atMillis));
  }

  private void plan(Fault fault) {
    switch (fault.kind()) {
      case TASKMANAGER_KILL -> at(fault.atMillis(), this::killWorking);
      case JOBMANAGER_KILL -> {
        at(fault.atMillis(), () -> said("SIGKILL of the JobManager", flink::killJobManager));
        at(fault.endMillis(), () -> said("the JobManager starts again", flink::startJobManager));
      }
      case BROKER_KILL -> {
        at(fault.atMillis(), () -> said("SIGKILL of the broker", broker::kill));
        at(fault.endMillis(), () -> said("the broker starts again", broker::launch));
      }
      case TASKMANAGER_PAUSE -> pause(fault);
      case NETWORK_CUT -> network(fault, Proxy.Mode.CUT);
      case NETWORK_DELAY -> network(fault, Proxy.Mode.DELAY);
      case NETWORK_BLACK_HOLE -> network(fault, Proxy.Mode.BLACK_HOLE);
      case NETWORK_SLOW -> network(fault, Proxy.Mode.SLOW);
      default -> at(fault.atMillis(), () -> "the input has " + fault.kind().word());
    }
  }

  private void network(Fault fault, Proxy.Mode mode) {
    String word = fault.kind().word();
    at(fault.atMillis(), () -> said(word + " begins", () -> proxy.become(mode)));
    at(fault.endMillis(), () -> said(word + " ends", () -> proxy.become(Proxy.Mode.OPEN)));
  }

  private void at(long millis, Act act) {
    steps.add(new Step(millis, act));
  }

  private static String said(String what, Runnable act) {
    act.run();
    return what;
  }

  private String killWorking() {
    JavaProcess victim = flink.working();
    flink.kill(victim);
    flink.startTaskManager();
    return "SIGKILL of " + victim.name() + ", which ran the job; another one starts";
  }

  private void pause(Fault fault) {
    JavaProcess[] victim = new JavaProcess[1];
    at(
        fault.atMillis(),
        () -> {
          victim[0] = flink.working();
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
