/**
 * A real Kafka broker: from Maven's repository where Java and Maven are on the machine, into the cache folder of the
 * services (CADASTRE_TEST_APT=0 turns the fetching off).
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { servicesFolder } from "../../../services/build.ts";
import { exists, freePort, INSTALL_MS, inFolder, launch, type Offered, READY_MS } from "./servers.ts";

const exec = promisify(execFile);

export interface KafkaSettings {
  port: number;
  /** Another port, where it always tells its own address. */
  honest: number;
  user: string;
  password: string;
}

const KAFKA = "3.9.1";
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>cadastre</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>`;

/** The folder of the broker's jars; fetched once. */
async function findKafka(): Promise<{ libs: string } | { missing: string }> {
  const folder = path.join(servicesFolder(), `kafka-${KAFKA}`);
  if (await exists(folder)) return { libs: folder };
  if (process.env.CADASTRE_TEST_APT === "0")
    return { missing: "no Kafka was fetched, and CADASTRE_TEST_APT=0" };
  for (const program of ["java", "mvn"]) {
    const found = await exec(program, ["-version"]).then(
      () => true,
      () => false,
    );
    if (!found) return { missing: `a Kafka broker needs java and mvn; ${program} is not there` };
  }
  process.stdout.write(`fetching Kafka ${KAFKA} for the tests (CADASTRE_TEST_APT=0 turns this off)\n`);
  await mkdir(servicesFolder(), { recursive: true });
  const build = await mkdtemp(path.join(servicesFolder(), ".kafka-"));
  try {
    await writeFile(path.join(build, "pom.xml"), POM);
    await exec("mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=libs"], {
      cwd: build,
      timeout: INSTALL_MS,
    });
    if ((await readdir(path.join(build, "libs"))).length === 0) return { missing: "mvn fetched nothing" };
    await rename(path.join(build, "libs"), folder);
    return { libs: folder };
  } catch (error) {
    return {
      missing: `Kafka could not be fetched: ${error instanceof Error ? error.message.slice(-300) : String(error)}`,
    };
  } finally {
    await rm(build, { recursive: true, force: true });
  }
}

/** One broker, which asks for SASL PLAIN. The first of `extra`: the host that it tells its clients to come to. */
export async function offerKafka(): Promise<Offered<KafkaSettings>> {
  const found = await findKafka();
  if ("missing" in found) return found;
  return {
    start: ([host = "127.0.0.1"] = []) =>
      inFolder(async (folder) => {
        const [port, honest, controller] = [await freePort(), await freePort(), await freePort()];
        const password = randomBytes(12).toString("hex");
        const config = path.join(folder, "server.properties");
        const login = "org.apache.kafka.common.security.plain.PlainLoginModule required";
        await writeFile(
          config,
          [
            "process.roles=broker,controller",
            "node.id=1",
            `controller.quorum.voters=1@127.0.0.1:${controller}`,
            `listeners=CLIENT://127.0.0.1:${port},HONEST://127.0.0.1:${honest},CONTROLLER://127.0.0.1:${controller}`,
            `advertised.listeners=CLIENT://${host}:${port},HONEST://127.0.0.1:${honest}`,
            "listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,HONEST:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names=CONTROLLER",
            "inter.broker.listener.name=HONEST",
            "sasl.enabled.mechanisms=PLAIN",
            "sasl.mechanism.inter.broker.protocol=PLAIN",
            `listener.name.client.plain.sasl.jaas.config=${login} username="reader" password="${password}" user_reader="${password}";`,
            `listener.name.honest.plain.sasl.jaas.config=${login} username="reader" password="${password}" user_reader="${password}";`,
            `log.dirs=${folder}/logs`,
            "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "group.initial.rebalance.delay.ms=0",
            "num.partitions=3",
            "",
          ].join("\n"),
          { mode: 0o600 },
        );
        const java = ["-Xmx384m", "-cp", `${found.libs}/*`];
        const id = randomBytes(16).toString("base64url");
        await exec("java", [...java, "kafka.tools.StorageTool", "format", "-t", id, "-c", config], {
          timeout: READY_MS,
        });
        const args = [...java, "kafka.Kafka", config];
        const child = await launch({ file: "java", args, port, folder, asSelf: true });
        return { port, honest, user: "reader", password, child };
      }),
  };
}
