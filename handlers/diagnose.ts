/** Lambda that looks at all that a transfer needs, from where transfers are made. Invoked by `ccgw doctor --remote`. */
import { composeDiagnosis } from "../lib/composition/diagnosis.ts";
import { parseConfig } from "../lib/config.ts";
import { createDiagnosisHandler } from "../lib/diagnosis/diagnosis-handler.ts";
import { createLog } from "../lib/log.ts";

export const handler = createDiagnosisHandler({ diagnose: composeDiagnosis(parseConfig(process.env)), log: createLog() });
