/** Addresses of statuses that nobody signs, for tests of something else. */
import type { StatusUrlOf, StatusUrls } from "../../lib/http/status-url.ts";

const statusUrlOf: StatusUrlOf = (transferId) => `https://hooks.example.com/${transferId}`;
export const STATUS_URLS: StatusUrls = { fresh: async () => statusUrlOf, presented: () => statusUrlOf };
