/** swagger-ui-dist brings no types: what is used of it. */
declare module "swagger-ui-dist/absolute-path.js" {
  /** The folder of its files. */
  export default function getAbsoluteFSPath(): string;
}
