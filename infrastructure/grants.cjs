/** What each function does, and where it runs. Nothing else is allowed to it: a test holds the list against what the packaged code calls. */
const KEPT_AGENTS = ["gateways/*", "agents/*", "keys/events"];
const LIVE_SESSIONS = ["GetItem", "UpdateItem"];
const CLAIMS = ["GetItem", "PutItem"];
/** Pauses are read in a batch, and requests are counted. */
const TRANSFERS = [...CLAIMS, "BatchGetItem", "UpdateItem"];

/** Secrets by their names under the prefix; tables and queues by what is done with them. `gateway` is who talks to one: in the VPC, where there is one. */
const GRANTS = {
  "receive-transfer": {
    gateway: true,
    secrets: ["connections/*", ...KEPT_AGENTS, "keys/records", "keys/status"],
    sessions: LIVE_SESSIONS,
    records: TRANSFERS,
    callbacks: ["SendMessage"],
  },
  "read-transfer": { secrets: ["connections/*", "keys/records", "keys/status"], records: ["GetItem"] },
  "describe-connection": { secrets: ["connections/*"] },
  "receive-lex": {
    gateway: true,
    secrets: ["connections/*", ...KEPT_AGENTS, "keys/records"],
    sessions: LIVE_SESSIONS,
    records: TRANSFERS,
  },
  "gateway-events": {
    secrets: ["keys/events", "keys/records"],
    records: CLAIMS,
    callbacks: ["SendMessage"],
  },
  "agent-sessions": { secrets: ["agents/*"], sessions: LIVE_SESSIONS },
  "dispatch-keepers": { secrets: ["agents/*"], listsSecrets: true, invokes: ["keep-session"] },
  "keep-session": {
    gateway: true,
    secrets: [...KEPT_AGENTS, "keys/records"],
    sessions: LIVE_SESSIONS,
    records: CLAIMS,
    callbacks: ["SendMessage"],
  },
  "sign-out-agents": { gateway: true, secrets: ["gateways/*", "agents/*"], listsSecrets: true, sessions: LIVE_SESSIONS },
  // It reads, and writes nowhere.
  diagnose: {
    gateway: true,
    secrets: ["connections/*", "gateways/*", "agents/*", "keys/events", "keys/records", "keys/status"],
    listsSecrets: true,
    sessions: ["GetItem"],
  },
  "deliver-callbacks": {
    secrets: ["connections/*"],
    callbacks: ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"],
    putsEvents: true,
  },
  "sweep-records": {
    gateway: true,
    // It asks about a call as the live session, and neither signs in nor renews.
    secrets: ["gateways/*", "keys/records"],
    sessions: ["GetItem"],
    records: CLAIMS,
    // What is due, and what is paused.
    indexes: ["due", "reference"],
    callbacks: ["SendMessage"],
  },
  health: {},
  unrouted: {},
};

/** Those that are in the VPC, where there is one. */
const inVpc = ({ vpcId, callbacksInVpc }) =>
  vpcId === "" ? [] : Object.keys(GRANTS).filter((name) => GRANTS[name].gateway || (callbacksInVpc && name === "deliver-callbacks"));

module.exports = { GRANTS, inVpc };
