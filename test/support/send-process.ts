/** `npm run send` as a developer runs it: a process, its exit code and all that it printed. Nothing of this machine's AWS configuration reaches it. */
import { execFile } from "node:child_process";

export interface Sent {
  readonly code: number;
  readonly output: string;
}

export function runSend(given: readonly string[], environment: Readonly<Record<string, string>>): Promise<Sent> {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  const nowhere = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere", AWS_EC2_METADATA_DISABLED: "true" };
  const options = { env: { ...Object.fromEntries(ours), ...nowhere, ...environment } };
  return new Promise((resolve) => {
    execFile("npm", ["run", "--silent", "send", "--", ...given], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}
