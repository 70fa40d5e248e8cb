/**
 * The records on Kafka and what producers and consumers need to speak them: domain records, strict
 * codecs, small client classes. Depends on Protobuf and kafka-clients alone; every other package of
 * the project may import it.
 */
package io.entrain.wire;
