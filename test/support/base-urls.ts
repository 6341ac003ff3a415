/** Addresses of the API as an operator may give them, at packaging and in the environment of the functions alike. */
export const BASE_URLS = [
  "https://hooks.example.com",
  "https://hooks.example.com/ccgw",
  "https://hooks.example.com:8443/a/b@c",
  "http://127.0.0.1:3000",
  "https://[::1]:8443/a/b",
];

export const NO_BASE_URLS = [
  "",
  "hooks.example.com",
  "/v1",
  "https:hooks.example.com",
  "https://hooks.example.com/",
  "https://hooks.example.com/ccgw/",
  "ftp://hooks.example.com",
  "https://x y.example.com",
  "https://hooks.example.com ",
  " https://hooks.example.com",
  "https://hooks.example.com/a b",
  "https://hooks.example.com\n",
  "https://a:99999",
  "https://<API>.example.com",
  "https://?x=1",
  "https://hooks.example.com?x=1",
  "https://hooks.example.com/ccgw?x=1",
  "https://hooks.example.com#f",
  "https://user:pw@example.com",
  "https://hooks.example.com\\ccgw",
];
