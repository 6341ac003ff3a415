/** `npm run send`, which is `npx ccgw send` without all that the command loads beside it: see dev/sending.ts. */
import { runSend } from "./sending.ts";

process.exitCode = await runSend(process.argv.slice(2));
