/** The least that a function can be: what the runtime itself costs. */
export const handler = async () => ({ statusCode: 200, headers: { "content-type": "application/json" }, body: "{}" });
