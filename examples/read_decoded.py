"""Reads what Entrain decodes, with an ordinary Kafka client.

    python3 examples/read_decoded.py --bootstrap localhost:9092 --max 20
    python3 examples/read_decoded.py --session monkey-1 --from end

Needs confluent-kafka and protobuf (pip install confluent-kafka protobuf, or on Debian apt-get install
python3-confluent-kafka python3-protobuf), any version, and no protoc: the schema is read from entrain.desc beside this
file. Nothing of Entrain is imported, so the file can be copied into any project.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, TopicPartition
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

NANOS = 1e-9


def message_class(name: str):
    """The class of a message of the schema, for example `entrain.v1.Decoded`."""
    pool = descriptor_pool.DescriptorPool()
    schema = descriptor_pb2.FileDescriptorSet.FromString(Path(__file__).with_name("entrain.desc").read_bytes())
    for file in schema.file:
        pool.Add(file)
    descriptor = pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def read(message, value: bytes):
    """The message in `value`: JSON where the first byte is a brace, else Protobuf."""
    if value.startswith(b"{"):
        return json_format.Parse(value.decode(), message, ignore_unknown_fields=True)
    message.ParseFromString(value)
    return message


def partitions(consumer: Consumer, topic: str, start: str) -> list[TopicPartition]:
    """Every partition of the topic, from its beginning or its end; no consumer group is needed for that."""
    known = consumer.list_topics(topic, timeout=10).topics[topic]
    if known.error is not None:
        sys.exit(f"no topic {topic}: {known.error}; start the job first")
    found = []
    for number in known.partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
        found.append(TopicPartition(topic, number, low if start == "beginning" else high))
    return found


def line(decoded) -> str:
    """One decoded hop for people: its time, the components of its newest step with their sd, its lag."""
    parts = [f"{decoded.session} {decoded.window_end_nanos * NANOS:9.3f} s"]
    newest = [c for c in decoded.component if c.delay_millis == 0]
    parts += [f"{c.name} {c.mean:+.3f} ± {c.standard_deviation:.3f} {c.unit}" for c in newest]
    if decoded.HasField("lag"):
        parts.append(f"lag of {decoded.lag.of} {decoded.lag.millis:+.0f} ± {decoded.lag.sd_millis:.0f} ms")
    if decoded.warming_up:
        parts.append("warming up")
    return "  ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads what Entrain decodes, with an ordinary Kafka client.")
    parser.add_argument("--bootstrap", default="localhost:9092", help="address of the broker")
    parser.add_argument("--topic", default="entrain.decoded")
    parser.add_argument("--session", help="only this session")
    parser.add_argument("--from", dest="start", choices=["beginning", "end"], default="beginning")
    parser.add_argument("--max", type=int, help="stop after so many records")
    parser.add_argument("--wait", type=float, default=10.0, help="stop when nothing came for so many seconds")
    options = parser.parse_args()

    decoded_class = message_class("entrain.v1.Decoded")
    consumer = Consumer(
        {
            "bootstrap.servers": options.bootstrap,
            "group.id": "read-decoded",  # asked for by the client, not used: partitions are assigned below
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
        }
    )
    try:
        consumer.assign(partitions(consumer, options.topic, options.start))
        shown, last = 0, time.monotonic()
        while (options.max is None or shown < options.max) and time.monotonic() - last < options.wait:
            record = consumer.poll(0.1)
            if record is None:
                continue
            if record.error():
                raise KafkaException(record.error())
            last = time.monotonic()
            decoded = read(decoded_class(), record.value())
            if options.session in (None, decoded.session):
                print(line(decoded), flush=True)
                shown += 1
    except KafkaException as error:
        sys.exit(f"{options.bootstrap}: {error}; is a broker running there?")
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
