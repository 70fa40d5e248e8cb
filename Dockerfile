# Images of docker-compose.yml: the job on a Flink cluster (job, job-gpu) and the simulator.
# docker build --target job .

FROM eclipse-temurin:17.0.15_6-jdk-jammy AS build
WORKDIR /src
COPY . .
RUN ./mvnw -q -B -ntp -DskipTests -pl workbench -am package dependency:copy-dependencies -DincludeScope=runtime

FROM build AS build-gpu
RUN ./mvnw -q -B -ntp -DskipTests -Pgpu -pl flink-job -am package

FROM flink:2.2.1-java17 AS job
# Checkpoints go to a volume that Flink's user must be able to write.
RUN mkdir -p /checkpoints && chown flink:flink /checkpoints
COPY --from=build /src/flink-job/target/entrain-job.jar /opt/entrain/
COPY model/trained/*.onnx /opt/entrain/models/

# Flink's image has no CUDA: its parts go onto NVIDIA's, which has CUDA 12 and cuDNN 9.
FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu22.04 AS job-gpu
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext-base libjemalloc2 libsnappy1v5 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid=9999 flink \
    && useradd --system --home-dir /opt/flink --uid=9999 --gid=flink flink \
    && mkdir -p /checkpoints && chown flink:flink /checkpoints
COPY --from=job /opt/java/openjdk /opt/java/openjdk
COPY --from=job --chown=flink:flink /opt/flink /opt/flink
COPY --from=job /usr/local/bin/gosu /usr/local/bin/gosu
COPY --from=job /docker-entrypoint.sh /
ENV JAVA_HOME=/opt/java/openjdk FLINK_HOME=/opt/flink
ENV PATH=$FLINK_HOME/bin:$JAVA_HOME/bin:$PATH
COPY --from=build-gpu /src/flink-job/target/entrain-job-gpu.jar /opt/entrain/
COPY model/trained/*.onnx /opt/entrain/models/
WORKDIR /opt/flink
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["help"]

FROM eclipse-temurin:17.0.15_6-jre-jammy AS simulator
COPY --from=build /src/workbench/target/dependency /opt/entrain/lib
COPY --from=build /src/workbench/target/workbench-0.1.0-SNAPSHOT.jar /opt/entrain/lib/
ENTRYPOINT ["java", "-cp", "/opt/entrain/lib/*", "io.entrain.cli.Entrain"]
