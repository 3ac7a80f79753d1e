/** Calls to a Penchant service: a thin fetch, typed by the service's OpenAPI document, in browsers and Node. */

export { Penchant, type BatchLine, type Options } from "./client.js";
export { PenchantProblem, type Problem } from "./problem.js";
export type { components, paths } from "./schema.js";
