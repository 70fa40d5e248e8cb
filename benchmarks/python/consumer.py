"""Decodes with an ordinary Kafka consumer: what a Python user would write instead of the job, as well as it goes.

    python3 benchmarks/python/consumer.py --bootstrap HOST:PORT --prefix entrain --out OTHER --model FILE.onnx

Reads the blocks of both streams, keeps the newest window of each session in a numpy ring, and calls ONNX Runtime over
the ready sessions together, one window of each, because the model's state goes from window to window. What is decoded
goes to another topic. It leaves out what the job does beside that: lateness, gaps, jumping clocks, refused records,
checkpoints. A restart loses its state.

At its end it prints one line of JSON: windows, wall and CPU seconds from the first record to the last acknowledgement.
Needs confluent-kafka, numpy, onnxruntime and protobuf; --check says whether they are there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnxruntime
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

try:
    import confluent_kafka
except ImportError:
    # Debian's package, for an interpreter of the same version that does not look there.
    sys.path.append("/usr/lib/python3/dist-packages")
    import confluent_kafka

SCHEMA = Path(__file__).parents[2] / "examples" / "entrain.desc"
STREAMS = ("spikes", "lfp")
ROOM = 64
"""Windows that a ring takes before it is moved back to its start."""


def message_class(name: str):
    """The class of a message of the schema."""
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(SCHEMA.read_bytes()).file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


class Ring:
    """The newest `length` rows of a stream as one contiguous array, a hop of rows at a time."""

    def __init__(self, length: int, hop: int, columns: int) -> None:
        self.length, self.hop = length, hop
        self.rows = np.zeros((length + ROOM * hop, columns), np.float32)
        self.mask = np.zeros(length + ROOM * hop, np.float32)
        self.end = length

    def push(self, rows: np.ndarray) -> None:
        if self.end + self.hop > len(self.rows):
            keep = self.length - self.hop
            self.rows[:keep] = self.rows[self.end - keep : self.end]
            self.mask[:keep] = self.mask[self.end - keep : self.end]
            self.end = keep
        self.rows[self.end : self.end + self.hop] = rows
        self.mask[self.end : self.end + self.hop] = 1.0
        self.end += self.hop

    def window(self) -> tuple[np.ndarray, np.ndarray]:
        return self.rows[self.end - self.length : self.end], self.mask[self.end - self.length : self.end]


@dataclass(eq=False)
class Session:
    """One session: its rings, the hops that wait for the other stream, and the model's state tensors."""

    name: str
    rings: dict[str, Ring]
    states: list[np.ndarray]
    waiting: dict[str, dict[int, np.ndarray]] = field(default_factory=lambda: {name: {} for name in STREAMS})
    next_hop: int = 0

    def is_ready(self) -> bool:
        return all(self.next_hop in self.waiting[name] for name in STREAMS)

    def advance(self) -> None:
        for name in STREAMS:
            self.rings[name].push(self.waiting[name].pop(self.next_hop))
        self.next_hop += 1


class Decoder:
    """The model and the sessions that it decodes."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.runtime = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.contract = json.loads(self.runtime.get_modelmeta().custom_metadata_map["entrain.contract"])
        self.modalities = {m["name"]: m for m in self.contract["modalities"]}
        self.hop_nanos = self.contract["hop_millis"] * 1_000_000
        self.outputs = [o["name"] for o in self.contract["outputs"]]
        self.asked = [n for o in self.contract["outputs"] for n in (o["name"], o["log_variance"])]
        self.asked += [s["next"] for s in self.contract["states"]]
        self.sessions: dict[str, Session] = {}
        self.block_class = message_class("entrain.v1.SignalBlock")
        self.decoded_class = message_class("entrain.v1.Decoded")

    def steps(self, name: str) -> int:
        m = self.modalities[name]
        return m["bins_per_hop"] if m["kind"] == "events" else m["rate_hz"] * self.contract["hop_millis"] // 1000

    def session(self, name: str) -> Session:
        if name not in self.sessions:
            hops = self.contract["context_hops"]
            rings = {n: Ring(hops * self.steps(n), self.steps(n), self.modalities[n]["channels"]) for n in STREAMS}
            self.sessions[name] = Session(name, rings, [self.initial(s) for s in self.contract["states"]])
        return self.sessions[name]

    @staticmethod
    def initial(state: dict) -> np.ndarray:
        values = np.broadcast_to(np.asarray(state["initial"], np.float32).reshape(-1), int(np.prod(state["shape"])))
        return values.reshape(state["shape"])

    def add(self, value: bytes) -> Session:
        """Lays a block, which covers one hop, on the model's grid."""
        block = self.block_class.FromString(value)
        session, name, steps = self.session(block.session), block.modality, self.steps(block.modality)
        if block.HasField("samples"):
            rows = np.array(block.samples.value, np.float32).reshape(steps, -1)
        else:
            rows = np.zeros((steps, self.modalities[name]["channels"]), np.float32)
            bins = np.array(block.events.offset_nanos, np.int64) * steps // self.hop_nanos
            np.add.at(rows, (bins, np.array(block.events.channel, np.int64)), 1)
        session.waiting[name][block.start_nanos // self.hop_nanos] = rows
        return session

    def decode(self, ready: list[Session]) -> list[bytes]:
        """Moves every session on by one hop and decodes them in one call."""
        for session in ready:
            session.advance()
        inputs = {}
        for name in STREAMS:
            windows = [session.rings[name].window() for session in ready]
            inputs[name] = np.stack([rows for rows, _ in windows])
            inputs[f"{name}_mask"] = np.stack([mask for _, mask in windows])
        for i, state in enumerate(self.contract["states"]):
            inputs[state["name"]] = np.stack([session.states[i] for session in ready])
        results = self.runtime.run(self.asked, inputs)
        means = len(self.asked) - len(self.contract["states"])
        for row, session in enumerate(ready):
            session.states = [tensor[row] for tensor in results[means:]]
        return [self.record(session, [r[row] for r in results[:means]]) for row, session in enumerate(ready)]

    def record(self, session: Session, results: list[np.ndarray]) -> bytes:
        decoded = self.decoded_class(session=session.name, model=self.contract["name"])
        decoded.window_end_nanos = session.next_hop * self.hop_nanos
        for i, output in enumerate(self.contract["outputs"]):
            sds = np.exp(0.5 * results[2 * i + 1])
            for k, component in enumerate(output["components"]):
                decoded.component.add(
                    name=component["name"],
                    unit=component["unit"],
                    mean=results[2 * i][k],
                    standard_deviation=sds[k],
                    delay_millis=output.get("delay_millis", 0),
                )
        return decoded.SerializeToString()


def follow(options: argparse.Namespace) -> dict[str, float]:
    """Decodes until `options.windows` have been decoded; what it took."""
    decoder = Decoder(options.model)
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": options.bootstrap, "group.id": "bench-python", "enable.auto.commit": False}
    )
    topics = [f"{options.prefix}.{name}" for name in STREAMS]
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0) for topic in topics])
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": options.bootstrap, "enable.idempotence": True, "linger.ms": 0}
    )
    done, started, cpu = 0, 0.0, 0.0
    last = time.monotonic()
    while done < options.windows:
        records = consumer.consume(num_messages=512, timeout=0.02)
        if records and not started:
            started, cpu = time.perf_counter(), time.process_time()
        if records:
            last = time.monotonic()
        elif time.monotonic() - last > options.patience:
            sys.exit(f"{done} of {options.windows} windows, then nothing for {options.patience} s")
        touched = {}
        for record in records:
            if record.error():
                sys.exit(f"{record.topic()}: {record.error()}")
            session = decoder.add(record.value())
            touched[session.name] = session
        while ready := [session for session in touched.values() if session.is_ready()]:
            for first in range(0, len(ready), options.batch):
                part = ready[first : first + options.batch]
                for session, value in zip(part, decoder.decode(part), strict=True):
                    producer.produce(options.out, value, session.name)
                done += len(part)
            producer.poll(0)
    producer.flush()
    took = {"windows": done, "wall_seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
    consumer.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description="Decodes with an ordinary Kafka consumer.")
    parser.add_argument("--bootstrap", default="localhost:9092", help="address of the broker")
    parser.add_argument("--prefix", default="entrain", help="first part of the topics' names")
    parser.add_argument("--out", default="python.decoded", help="topic of what is decoded")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--windows", type=int, help="stop after so many")
    parser.add_argument("--batch", type=int, default=16, help="most windows in one call")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds without a record after which it gives up")
    parser.add_argument("--check", action="store_true", help="only say what it runs with")
    options = parser.parse_args()
    if options.check:
        print(f"Python {sys.version.split()[0]}, confluent-kafka {confluent_kafka.version()[0]}", end=", ")
        print(f"ONNX Runtime {onnxruntime.__version__}, numpy {np.__version__}")
        return
    print(json.dumps(follow(options)))


if __name__ == "__main__":
    main()
