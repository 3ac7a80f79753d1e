import { PenchantProblem } from "./problem.js";
import type { components, paths } from "./schema.js";
import type { AnswerOf, Asked, Method, PathOf } from "./types.js";

/** A person's token, and when it ends. */
export interface Token {
  token: string;
  expires_at: string;
}

/** Of a batch: somebody's slate, or why there is none. */
export type BatchLine =
  | (components["schemas"]["Slate"] & { error?: undefined })
  | { user_id: string; error: components["schemas"]["Problem"] };

export interface Options {
  /** Where the service is. */
  url: string;
  /** An operator's or a service's key. Never in a browser. */
  key?: string;
  /** Fetches a token for the person who is signed in, from your own backend; called again shortly before it ends. */
  token?: () => Promise<Token>;
  /** Used in place of the platform's. */
  fetch?: typeof fetch;
}

/** Milliseconds before its end at which a token is renewed. */
const EARLY = 30_000;

type Loose = {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** Sends calls; `new Penchant({ url }).post("/recommend", { body: { user_id: "ada" } })`. */
export class Penchant {
  readonly #options: Options;
  #token: Promise<Token> | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  get<Path extends PathOf<"get">>(path: Path, asked: Asked<Path, "get">): Promise<AnswerOf<Path, "get">> {
    return this.#send("get", path, asked);
  }

  post<Path extends PathOf<"post">>(path: Path, asked: Asked<Path, "post">): Promise<AnswerOf<Path, "post">> {
    return this.#send("post", path, asked);
  }

  put<Path extends PathOf<"put">>(path: Path, asked: Asked<Path, "put">): Promise<AnswerOf<Path, "put">> {
    return this.#send("put", path, asked);
  }

  patch<Path extends PathOf<"patch">>(path: Path, asked: Asked<Path, "patch">): Promise<AnswerOf<Path, "patch">> {
    return this.#send("patch", path, asked);
  }

  delete<Path extends PathOf<"delete">>(path: Path, asked: Asked<Path, "delete">): Promise<AnswerOf<Path, "delete">> {
    return this.#send("delete", path, asked);
  }

  /** Slates for many people, each as it comes: `for await (const line of shop.batch({ user_ids: [...] }))`. */
  async *batch(body: components["schemas"]["BatchRequest"], signal?: AbortSignal): AsyncGenerator<BatchLine> {
    const answer = await this.#answered("post", "/recommend/batch", signal ? { body, signal } : { body });
    if (!answer.body) return;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) yield JSON.parse(line) as BatchLine;
    }
  }

  async #send<Path extends keyof paths, Verb extends Method>(
    verb: Verb,
    path: Path,
    asked: Asked<Path, Verb>,
  ): Promise<AnswerOf<Path, Verb>> {
    const answer = await this.#answered(verb, path, asked as Loose);
    const read = answer.status === 204 ? undefined : await answer.json();
    return read as AnswerOf<Path, Verb>;
  }

  async #answered(verb: Method, path: string, asked: Loose): Promise<Response> {
    let answer = await this.#try(verb, path, asked);
    if (answer.status === 401 && this.#options.token) {
      this.#token = null; // ended earlier than it said, as when the service got another secret
      answer = await this.#try(verb, path, asked);
    }
    if (!answer.ok) throw await PenchantProblem.of(answer);
    return answer;
  }

  async #try(verb: Method, path: string, asked: Loose): Promise<Response> {
    const send = this.#options.fetch ?? fetch;
    const headers: Record<string, string> = { Accept: "application/json, application/problem+json", ...(await this.#shown()) };
    if (asked.body !== undefined) headers["Content-Type"] = "application/json";
    const request: RequestInit = { method: verb.toUpperCase(), headers: { ...headers, ...asked.headers } };
    if (asked.body !== undefined) request.body = JSON.stringify(asked.body);
    if (asked.signal) request.signal = asked.signal;
    return send(addressOf(this.#options.url, path, asked), request);
  }

  async #shown(): Promise<Record<string, string>> {
    if (this.#options.key) return { "X-API-Key": this.#options.key };
    if (!this.#options.token) return {};
    return { Authorization: `Bearer ${(await this.#valid(this.#options.token)).token}` };
  }

  /** The token, renewed where it is about to end; calls that need one at the same time wait for the same. */
  async #valid(renew: () => Promise<Token>): Promise<Token> {
    const pending = this.#token;
    const held = pending && (await pending);
    if (held && Date.parse(held.expires_at) - Date.now() > EARLY) return held;
    if (this.#token === pending) this.#token = null; // else another call renews it already
    this.#token ??= renew().catch((error: unknown) => {
      this.#token = null;
      throw error;
    });
    return this.#token;
  }
}

function addressOf(url: string, path: string, asked: Loose): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(asked.path?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {}))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) query.append(name, String(each));
  const said = query.toString();
  return `${url.replace(/\/+$/, "")}${filled}${said ? `?${said}` : ""}`;
}
