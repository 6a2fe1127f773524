/**
 * Real servers from Debian's packages: MariaDB, Redis, OpenSSH. Where their programs are missing, and the tests run as root
 * with apt-get, they are installed once (CADASTRE_TEST_APT=0 turns that off); else the tests say why they are skipped.
 * They run as nobody, on 127.0.0.1, on free ports, with their data in a temporary folder.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
export const INSTALL_MS = 180_000;
export const READY_MS = 60_000;
const POLL_MS = 50;
const NOBODY = { uid: 65534, gid: 65534 };
const MAX_TOLD = 4000;

/** `extra`: settings of the server besides. */
export type Offered<T> =
  | { start: (extra?: string[]) => Promise<T & { stop: () => Promise<void> }> }
  | { missing: string };

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The first of the programs that is there; installs the package where that is possible and meant. */
async function findProgram(files: string[], packages: string[]): Promise<string | { missing: string }> {
  const find = async (): Promise<string | null> => {
    for (const file of files) if (await exists(file)) return file;
    return null;
  };
  const found = await find();
  if (found !== null) return found;
  const reason = `none of ${files.join(", ")} is there`;
  if (process.env.CADASTRE_TEST_APT === "0") return { missing: `${reason}, and CADASTRE_TEST_APT=0` };
  if (process.getuid?.() !== 0 || !(await exists("/usr/bin/apt-get"))) {
    return { missing: `${reason}, and it can be installed by root with apt-get alone` };
  }
  process.stdout.write(
    `installing ${packages.join(", ")} for the tests (CADASTRE_TEST_APT=0 turns this off)\n`,
  );
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, timeout: INSTALL_MS };
  // Services of the packages are not to start: the tests start their own.
  const policy = "/usr/sbin/policy-rc.d";
  const own = !(await exists(policy));
  try {
    if (own) await writeFile(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
    const install = [
      "install",
      "-y",
      "--no-install-recommends",
      "-o",
      "DPkg::Lock::Timeout=120",
      ...packages,
    ];
    await exec("apt-get", install, options).catch(async () => {
      await exec("apt-get", ["update"], options);
      await exec("apt-get", install, options);
    });
  } catch (error) {
    const said = error instanceof Error ? error.message.slice(-300) : String(error);
    return { missing: `${reason}, and could not be installed: ${said}` };
  } finally {
    if (own) await rm(policy, { force: true });
  }
  return (await find()) ?? { missing: `${reason}, also after ${packages.join(", ")} was installed` };
}

export async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return address.port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(port, "127.0.0.1");
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

interface Program {
  file: string;
  args: string[];
  port: number;
  folder: string;
  argv0?: string;
  /** Its programs are where nobody may not read. */
  asSelf?: boolean;
}

/** Starts it as nobody where the tests run as root, and waits until its port answers. */
export async function launch({ file, args, port, folder, argv0, asSelf }: Program): Promise<ChildProcess> {
  const child = spawn(file, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    ...(process.getuid?.() === 0 && !asSelf ? NOBODY : {}),
    ...(argv0 ? { argv0 } : {}),
  });
  let output = "";
  const keep = (chunk: unknown): void => {
    output = (output + String(chunk)).slice(-MAX_TOLD);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.once("error", keep);
  const deadline = Date.now() + READY_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`${path.basename(file)} did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-source-"));
  await chmod(folder, 0o755);
  if (process.getuid?.() === 0) await chown(folder, NOBODY.uid, NOBODY.gid);
  return folder;
}

/** Runs `start` in a folder of its own, which goes with the server. */
export async function inFolder<T extends object>(
  start: (folder: string) => Promise<T & { child: ChildProcess }>,
): Promise<T & { stop: () => Promise<void> }> {
  const folder = await makeFolder();
  try {
    const started = await start(folder);
    return {
      ...started,
      stop: () => end(started.child).then(() => rm(folder, { recursive: true, force: true })),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export interface MariaSettings {
  port: number;
  database: string;
  user: string;
  password: string;
  /** May write. */
  owner: { user: string; password: string };
}

const SYSTEM_TABLES = [
  "mysql_system_tables.sql",
  "mysql_performance_tables.sql",
  "mysql_system_tables_data.sql",
];

export async function offerMariaDb(): Promise<Offered<MariaSettings>> {
  const file = await findProgram(["/usr/sbin/mariadbd"], ["mariadb-server-core"]);
  if (typeof file !== "string") return file;
  return {
    start: (extra = []) =>
      inFolder(async (folder) => {
        const data = path.join(folder, "data");
        await mkdir(path.join(data, "mysql"), { recursive: true });
        if (process.getuid?.() === 0) await exec("chown", ["-R", "nobody", data]);
        const share = "/usr/share/mysql";
        const scripts = await Promise.all(
          SYSTEM_TABLES.map((name) => readFile(path.join(share, name), "utf8")),
        );
        const common = [
          "--no-defaults",
          `--datadir=${data}`,
          `--lc-messages-dir=${share}`,
          "--innodb-buffer-pool-size=32M",
        ];
        await bootstrap(
          file,
          [...common, "--bootstrap"],
          `use mysql;\nset @auth_root_socket=NULL;\nset @skip_auth_anonymous=1;\n${scripts.join("\n")}`,
        );
        const settings: MariaSettings = {
          port: await freePort(),
          database: "shop",
          user: "reader",
          password: randomBytes(12).toString("hex"),
          owner: { user: "keeper", password: randomBytes(12).toString("hex") },
        };
        const init = path.join(folder, "init.sql");
        await writeFile(
          init,
          `create database shop;\ncreate user 'reader'@'127.0.0.1' identified by '${settings.password}';\ngrant select on shop.* to 'reader'@'127.0.0.1';\ncreate user 'keeper'@'127.0.0.1' identified by '${settings.owner.password}';\ngrant all on shop.* to 'keeper'@'127.0.0.1';\n`,
          { mode: 0o644 },
        );
        const args = [
          ...common,
          "--bind-address=127.0.0.1",
          `--port=${settings.port}`,
          "--socket=",
          "--skip-name-resolve",
          `--init-file=${init}`,
          `--pid-file=${data}/pid`,
          ...extra,
        ];
        return { ...settings, child: await launch({ file, args, port: settings.port, folder }) };
      }),
  };
}

function bootstrap(file: string, args: string[], script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ["pipe", "ignore", "pipe"],
      ...(process.getuid?.() === 0 ? NOBODY : {}),
    });
    let output = "";
    child.stderr.on("data", (chunk) => {
      output = (output + String(chunk)).slice(-MAX_TOLD);
    });
    child.stdin.on("error", () => undefined);
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`mariadbd --bootstrap:\n${output}`)),
    );
    child.stdin.end(script);
  });
}

export interface RedisSettings {
  port: number;
  password: string;
}

/** Debian's redis-check-rdb is the server's own program under another name, without a service. */
export async function offerRedis(): Promise<Offered<RedisSettings>> {
  const file = await findProgram(["/usr/bin/redis-server", "/usr/bin/redis-check-rdb"], ["redis-tools"]);
  if (typeof file !== "string") return file;
  return {
    start: (extra = []) =>
      inFolder(async (folder) => {
        const port = await freePort();
        const password = randomBytes(12).toString("hex");
        const config = path.join(folder, "redis.conf");
        await writeFile(
          config,
          // With a certificate it speaks TLS alone.
          `bind 127.0.0.1\n${extra.length > 0 ? `port 0\ntls-port ${port}\n${extra.join("\n")}` : `port ${port}`}\nrequirepass ${password}\nsave ""\nappendonly no\ndir ${folder}\n`,
          { mode: 0o644 },
        );
        return {
          port,
          password,
          child: await launch({ file, args: [config], port, folder, argv0: "redis-server" }),
        };
      }),
  };
}

export interface SshSettings {
  port: number;
  user: string;
  privateKey: string;
  /** Of the host's key. */
  fingerprint: string;
  /** Where its files are. */
  files: string;
}

/** By key alone: a server that is not root may not read the passwords of the system. */
export async function offerSftp(): Promise<Offered<SshSettings>> {
  const file = await findProgram(["/usr/sbin/sshd"], ["openssh-server"]);
  if (typeof file !== "string") return file;
  const keygen = await findProgram(["/usr/bin/ssh-keygen"], ["openssh-client"]);
  if (typeof keygen !== "string") return keygen;
  return {
    start: () =>
      inFolder(async (folder) => {
        const files = path.join(folder, "files");
        await mkdir(files);
        for (const name of ["host", "user"])
          await exec(keygen, ["-q", "-t", "ed25519", "-N", "", "-f", path.join(folder, name)]);
        const privateKey = await readFile(path.join(folder, "user"), "utf8");
        await writeFile(path.join(folder, "authorized"), await readFile(path.join(folder, "user.pub")), {
          mode: 0o644,
        });
        const { stdout } = await exec(keygen, ["-lf", path.join(folder, "host.pub")]);
        const root = process.getuid?.() === 0;
        if (root) await exec("chown", ["-R", "nobody", folder]);
        const port = await freePort();
        const config = path.join(folder, "sshd_config");
        await writeFile(
          config,
          [
            `Port ${port}`,
            "ListenAddress 127.0.0.1",
            `HostKey ${folder}/host`,
            `PidFile ${folder}/pid`,
            `AuthorizedKeysFile ${folder}/authorized`,
            "StrictModes no",
            // Without it, accounts that have no password count as locked.
            "UsePAM yes",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "Subsystem sftp internal-sftp",
            `ForceCommand internal-sftp -d ${files}`,
            "",
          ].join("\n"),
          { mode: 0o644 },
        );
        const { stdout: name } = root ? { stdout: "nobody" } : await exec("id", ["-un"]);
        const child = await launch({ file, args: ["-D", "-e", "-f", config], port, folder });
        return { port, user: name.trim(), privateKey, fingerprint: stdout.split(" ")[1]!, files, child };
      }),
  };
}
