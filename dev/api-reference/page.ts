/**
 * The page of the API reference: Swagger UI as its package brings it, and no other address in it. It asks nobody whether the document is valid, which it would
 * by itself. https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md
 */

export const DOCUMENT_PATH = "/openapi.json";

/** All comes from here, or from nowhere. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>CC-Gateway transfers: API reference</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="reference"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
`;

const SETTINGS = {
  url: DOCUMENT_PATH,
  dom_id: "#reference",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
};

export const START = `window.SwaggerUIBundle(${JSON.stringify(SETTINGS)});\n`;
