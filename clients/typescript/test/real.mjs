// Against a running service: node test/real.mjs URL KEY, after `npm run build`.
import assert from "node:assert/strict";
import { Penchant, PenchantProblem } from "../dist/index.js";

const [url, key] = process.argv.slice(2);
const shop = new Penchant({ url, key });
const user = "ann/1";

const taken = await shop.post("/events", { body: [{ event_id: "e1", user_id: user, item_id: "0", type: "like" }] });
assert.equal(taken.counts.accepted, 1);
const slate = await shop.post("/recommend", { body: { user_id: user, limit: 3 } });
assert.equal(slate.items.length, 3);
const asked = await shop.get("/recommend", { query: { user_id: user, limit: 2, exclude: ["1", "2"] } });
assert.ok(asked.items.every((item) => !["1", "2"].includes(item.item_id)));

const lines = [];
for await (const line of shop.batch({ user_ids: [user, "bob", "cleo"], limit: 2 })) lines.push(line);
assert.deepEqual(lines.map((line) => line.items.length), [2, 2, 2]);

await shop.patch("/users/{user_id}/profile", { path: { user_id: user }, body: { role: "nurse", goals: ["roses"] } });
const edited = await shop.patch("/users/{user_id}/profile", { path: { user_id: user }, body: { goals: ["bread"] } });
assert.equal(edited.explicit.role, "nurse"); // what is not sent stays

let renewals = 0;
const token = async () => {
  renewals += 1;
  const wanted = { path: { user_id: user }, body: { lifetime_seconds: renewals === 1 ? 20 : 300 } };
  return shop.post("/users/{user_id}/tokens", wanted);
};
const ann = new Penchant({ url, token });
const profile = { path: { user_id: user } };
await Promise.all([1, 2, 3].map(() => ann.get("/users/{user_id}/profile", profile)));
await ann.get("/users/{user_id}/profile", profile); // the first token was about to end: a second was fetched, once,
await ann.get("/users/{user_id}/profile", profile); // and is kept
assert.equal(renewals, 2);

await assert.rejects(shop.get("/items/{item_id}", { path: { item_id: "none" } }), (problem) => {
  assert.ok(problem instanceof PenchantProblem);
  assert.deepEqual([problem.status, problem.type], [404, "/problems/unknown-item"]);
  return Boolean(problem.requestId);
});
console.log("ok");
