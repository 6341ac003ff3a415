/** Of undici, what this project uses, without what its main entry loads beside it: fetch, WebSocket, caches, proxies, mocks. A name that is missing here fails the build. */
import buildConnector from "undici/lib/core/connect.js";
import Client from "undici/lib/dispatcher/client.js";

export { buildConnector, Client };
