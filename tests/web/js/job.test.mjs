/** Rule: "Stop" stops, or is not there: what was stopped before its last step is never sent. Source: LOOK, craft (long work). */
import assert from "node:assert/strict";
import test from "node:test";
import { byId } from "./stand_in.mjs";
import { run, wasStopped } from "../../../portal/static/js/desk/job.js";

test("work that was stopped before its last step does not take it", async () => {
  let sent = false;
  const work = run("reply", "Sealing", async (job) => {
    byId("reply-cancel").dispatch("click");
    job.last();
    sent = true;
  });
  await assert.rejects(work, wasStopped);
  assert.equal(sent, false);
});

test("from the last step on there is no button to stop it, and the next work has one again", async () => {
  const seen = [];
  const work = async (job) => {
    seen.push(byId("reply-cancel").hidden);
    job.last();
    seen.push(byId("reply-cancel").hidden);
  };
  await run("reply", "Sealing", work);
  await run("reply", "Sealing", work);
  assert.deepEqual(seen, [false, true, false, true]);
});
