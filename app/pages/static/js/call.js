// Calls of the API. Who calls is told by a cookie that no script reads, or by a token that is held here, in memory only.

let bearer = null;
let renew = null;

/** What went wrong, as the problem document says it (RFC 9457). */
export class Problem extends Error {
  constructor(status, told) {
    super(told.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.title = told.title ?? "That did not work";
    this.type = told.type ?? "";
    this.errors = told.errors ?? [];
  }
}

/** Speak for a person by their token; `asked` is called, once for each call refused, for a newer one. */
export function speakAs(token, asked = null) {
  bearer = token;
  renew = asked;
}

/** Whether a token is held. */
export const hasToken = () => bearer !== null;

/** What an endpoint answers, as a value. Throws a Problem. */
export async function call(method, path, { query = null, body = null, headers = {} } = {}) {
  const answer = await send(method, path, { query, body, headers });
  if (answer.status === 204) return null;
  return answer.json();
}

/** The same, as the Response. */
export async function send(method, path, { query = null, body = null, headers = {}, last = false } = {}) {
  const url = query ? `${path}?${new URLSearchParams(query)}` : path;
  const shown = bearer ? { Authorization: `Bearer ${bearer}` } : {};
  const sent = body === null ? {} : { "Content-Type": "application/json" };
  const request = { method, headers: { ...sent, ...shown, ...headers }, body: body === null ? undefined : JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(url, request);
  } catch {
    throw new Problem(0, { title: "The server cannot be reached", detail: "Try again in a moment." });
  }
  if (answer.status === 401 && renew && !last && await renew()) return send(method, path, { query, body, headers, last: true });
  if (answer.ok) return answer;
  throw new Problem(answer.status, await answer.json().catch(() => ({})));
}

/** A path of the API about a person. */
export const ofPerson = (userId, rest = "") => `/users/${encodeURIComponent(userId)}${rest}`;
