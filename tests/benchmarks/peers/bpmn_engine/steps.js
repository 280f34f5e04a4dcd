// Completes user tasks with bpmn-engine, its state saved to SQLite after each of them, as its own guide does it.
//
// node steps.js <file.bpmn> <database> <cases> <save|resume>: `save` keeps the engines in memory; `resume` makes each
// completion begin from the saved state, as a server must that holds more cases than memory or was restarted.
// Prints {"completions", "per_s", "rows"}.

import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Engine } from "bpmn-engine";

const TASKS = 4;
const [, , file, path, count, mode] = process.argv;
const source = readFileSync(file, "utf8");
const cases = Number(count);

const database = new DatabaseSync(path);
database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
database.exec("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, content TEXT NOT NULL)");
const put = database.prepare("INSERT INTO state VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET content = excluded.content");
const get = database.prepare("SELECT content FROM state WHERE id = ?");

async function save(id, engine) {
  put.run(id, JSON.stringify(await engine.getState()));
}

// Gives the waiting task, or null when the process has ended first.
function nextWait(listener, engine) {
  return new Promise((resolve, reject) => {
    listener.once("activity.wait", (api) => resolve(api));
    engine.once("end", () => resolve(null));
    engine.once("error", reject);
  });
}

async function start(id) {
  const listener = new EventEmitter();
  const engine = new Engine({ name: `case-${id}`, source });
  const waits = nextWait(listener, engine);
  await engine.execute({ listener });
  const task = await waits;
  await save(id, engine);
  return { id, engine, listener, task };
}

async function complete(open) {
  const waits = nextWait(open.listener, open.engine);
  open.task.signal({ finding: "approved" });
  open.task = await waits;
  await save(open.id, open.engine);
}

async function resume(id) {
  const listener = new EventEmitter();
  const engine = new Engine({ name: `case-${id}` }).recover(JSON.parse(get.get(id).content));
  const waits = nextWait(listener, engine);
  await engine.resume({ listener });
  return { id, engine, listener, task: await waits };
}

const open = [];
for (let id = 1; id <= cases; id++) {
  open.push(await start(id));
}
if (mode === "resume") {
  for (const one of open) one.engine.stop();
}
const began = process.hrtime.bigint();
for (let round = 0; round < TASKS; round++) {
  for (let index = 0; index < cases; index++) {
    if (mode === "resume") {
      const one = (open[index] = await resume(index + 1));
      await complete(one);
      if (one.task) one.engine.stop();
    } else {
      await complete(open[index]);
    }
  }
}
if (open.some((one) => one.task)) throw new Error("Expected every process to have ended");
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const rows = database.prepare("SELECT count(*) AS rows FROM state").get().rows;
database.close();
console.log(JSON.stringify({ completions: cases * TASKS, per_s: (cases * TASKS) / seconds, rows }));
process.exit(0);
