/** Whether a claim of crypto/vectors/ holds for js/seal/. Runs in Node and in a browser. */
import { OPERATIONS, released } from "./operations.js";

/** JSON with keys in one order, to compare two values. */
function spelled(value) {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner);
}

async function outcome({ operation, input }) {
  try {
    return { expect: await OPERATIONS[operation](input) };
  } catch (error) {
    return { error: error.name, word: error.word, number: error.number, said: error.stack };
  }
}

/** undefined when the vector's claim holds, and otherwise what came out instead. */
export async function problemWith(vector) {
  const { said, ...found } = await outcome(vector);
  const { expect, error, word, number } = vector;
  if (spelled(found) !== spelled({ expect, error, word, number })) return `${spelled(found)} ${said ?? ""}`;
  if (vector.released === undefined) return undefined;
  const out = btoa(String.fromCharCode(...(await released(vector.input))));
  return out === vector.released ? undefined : `released ${out}`;
}
