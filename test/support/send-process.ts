/**
 * `npm run send`, or another command of dev/, cli/ or scripts/, as a process: its exit code and all that it printed. npm itself adds nothing but time, so that most
 * tests do without it, and with the bundle of the command. Nothing of this machine's AWS configuration reaches it.
 */
import { execFile } from "node:child_process";
import { BUNDLED } from "./bundled-commands.ts";

export interface Sent {
  readonly code: number;
  readonly output: string;
}

/** What is compiled is kept. */
const COMPILE_CACHE = { NODE_COMPILE_CACHE: ".build/compile-cache" };

/** The same server, by an address that no local stack has: as one of AWS's, which a command with `--stage` may ask. */
export function toNotLocal(url: string): string {
  return url.replace("127.0.0.1", "0.0.0.0");
}

export function runSendByNpm(given: readonly string[], environment: Readonly<Record<string, string>>): Promise<Sent> {
  return run("npm", ["run", "--silent", "send", "--", ...given], environment);
}

export function runSend(given: readonly string[], environment: Readonly<Record<string, string>>): Promise<Sent> {
  return runDev("send", given, environment);
}

export function runDev(name: string, given: readonly string[], environment: Readonly<Record<string, string>>): Promise<Sent> {
  return run(process.execPath, [`${BUNDLED}/dev/${name}.mjs`, ...given], { ...COMPILE_CACHE, ...environment });
}

/** `npx ccgw`, without the time that npx takes. */
export function runCcgw(given: readonly string[], environment: Readonly<Record<string, string>>): Promise<Sent> {
  return run(process.execPath, [`${BUNDLED}/cli/ccgw.mjs`, ...given], { ...COMPILE_CACHE, ...environment });
}

export function runScript(name: string, given: readonly string[], environment: Readonly<Record<string, string>>): Promise<Sent> {
  return run(process.execPath, [`scripts/${name}.ts`, ...given], { ...COMPILE_CACHE, ...environment });
}

function run(command: string, parameters: readonly string[], environment: Readonly<Record<string, string>>): Promise<Sent> {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  const nowhere = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere", AWS_EC2_METADATA_DISABLED: "true" };
  const options = { env: { ...Object.fromEntries(ours), ...nowhere, ...environment } };
  return new Promise((resolve) => {
    execFile(command, parameters, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}
