/** The architecture's "who may import whom". `npm run check:dependencies` runs it. */
const folder = (name) => `^lib/${name}/`;
const errors = "^lib/errors\\.ts$";
const log = "^lib/log\\.ts$";
const metrics = "^lib/metrics\\.ts$";
const core = folder("transfer");

/** A folder of lib/ may import from itself, from `others`, and from what is outside lib/. */
const mayImport = (name, ...others) => ({
  name: `${name}-imports`,
  severity: "error",
  from: { path: folder(name) },
  to: { path: "^(lib|handlers|dev|test)/", pathNot: [folder(name), ...others] },
});

/** A package that one place alone may use. */
const onlyIn = (name, packages, place) => ({
  name,
  severity: "error",
  from: { path: "^(lib|handlers)/", pathNot: place },
  to: { path: `node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    // The rivals of the bench import what is installed when it runs.
    { name: "resolvable", severity: "error", from: { pathNot: "^bench/rivals/" }, to: { couldNotResolve: true } },
    { name: "handlers-import-lib", severity: "error", from: { path: "^handlers/" }, to: { path: "^(cli|dev|test|handlers)/" } },
    { name: "dev-stays-out", severity: "error", from: { path: "^(handlers|lib)/" }, to: { path: "^(cli|dev|test|bench|scripts)/" } },
    { name: "the-command-stays-in-front", severity: "error", from: { path: "^(dev|scripts)/" }, to: { path: "^cli/" } },
    { name: "the-command-deploys-nothing", severity: "error", from: { path: "^cli/" }, to: { path: "^(handlers|scripts|test)/" } },
    { name: "the-bench-stands-beside", severity: "error", from: { path: "^bench/" }, to: { path: "^(cli|handlers|scripts|test)/" } },
    { name: "nothing-needs-the-bench", severity: "error", from: { path: "^(cli|dev|handlers|lib)/" }, to: { path: "^bench/" } },
    mayImport("transfer", errors),
    mayImport("verification", errors, core),
    mayImport("mapping", core, errors),
    mayImport("sources", folder("verification"), folder("mapping"), core, errors),
    // Of the sessions, the port of what is handed over.
    mayImport("http", folder("sources"), "^lib/sessions/(agent-record|handing-over)\\.ts$", core, errors, log),
    // What is the same however a transfer is asked for: deadlines, entries, the canonical answer.
    mayImport("lex", folder("http"), folder("sources"), core, errors, log),
    // The port of who keeps agents signed in.
    mayImport("gateway", "^lib/sessions/agent-(calls|record)\\.ts$", core, errors, log),
    mayImport("sessions", folder("gateway"), folder("verification"), core, errors, log),
    mayImport("invoke", errors, log),
    mayImport("secrets", core, errors, log),
    mayImport("records", core, errors, log),
    mayImport("callbacks", core, errors, log),
    // The client that looks at addresses, and what becomes of a delivery.
    mayImport("connector", folder("callbacks"), core, errors, log),
    // It looks at what all of them need, by their own schemas and clients.
    mayImport("diagnosis", ...["callbacks", "gateway", "secrets", "sessions", "sources", "verification"].map(folder), core, errors, log),
    mayImport("queue", folder("callbacks"), folder("connector"), core, errors, log),
    {
      name: "core-needs-zod-only",
      severity: "error",
      from: { path: core },
      to: { path: "node_modules/", pathNot: "node_modules/zod/" },
    },
    { name: "core-has-no-io", severity: "error", from: { path: core }, to: { dependencyTypes: ["core"] } },
    {
      name: "a-source-knows-no-other",
      severity: "error",
      from: { path: "^lib/sources/([^/]+)\\.ts$", pathNot: "^lib/sources/(all|index|configured-connection)\\.ts$" },
      to: { path: folder("sources"), pathNot: "^lib/sources/(source\\.ts|reading/|answering/)" },
    },
    // Every start of a function would load sixteen callers again.
    {
      name: "functions-load-sources-on-demand",
      severity: "error",
      from: { path: "^(handlers|lib)/" },
      to: { path: "^lib/sources/all\\.ts$" },
    },
    {
      name: "leaves-import-nothing-of-ours",
      severity: "error",
      from: { path: "^lib/(config|errors|metrics)\\.ts$" },
      to: { path: "^(lib|handlers|dev)/" },
    },
    { name: "log-imports-metrics", severity: "error", from: { path: log }, to: { path: "^(lib|handlers|dev)/", pathNot: metrics } },
    onlyIn("undici-in-its-clients", "undici", "^lib/(gateway|callbacks)/"),
    onlyIn(
      "aws-sdk-in-its-wrapper",
      "@aws-sdk|@smithy",
      "^lib/(secrets/secrets-manager|sessions/dynamodb-sessions|records/dynamodb-store|invoke/lambda|queue/(sqs|event-bridge))\\.ts$",
    ),
    onlyIn("powertools-in-log", "@aws-lambda-powertools", "^lib/(log|metrics)\\.ts$"),
    onlyIn("middy-in-http", "@middy", folder("http")),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "types", "default"] },
  },
};
