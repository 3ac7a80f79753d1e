import type { components } from "./schema.js";

export type Problem = components["schemas"]["Problem"];

/** What the service says is wrong (RFC 9457), or an answer of something in between that is no problem document. */
export class PenchantProblem extends Error {
  readonly status: number;
  readonly requestId: string | null;
  readonly document: Partial<Problem>;

  constructor(status: number, document: Partial<Problem>, requestId: string | null) {
    super(`${status} ${document.title ?? "No problem document"}: ${document.detail ?? ""}`);
    this.name = "PenchantProblem";
    this.status = status;
    this.document = document;
    this.requestId = requestId;
  }

  /** Kind of problem, such as `/problems/unknown-item`. */
  get type(): string {
    return this.document.type ?? "about:blank";
  }

  static async of(answer: Response): Promise<PenchantProblem> {
    const document: unknown = await answer.json().catch(() => null);
    const told = typeof document === "object" && document !== null ? document : {};
    return new PenchantProblem(answer.status, told, answer.headers.get("x-request-id"));
  }
}
