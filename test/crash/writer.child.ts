/**
 * Keeps changing a source while it is exported: inserts rows above the first ones, updates and deletes rows whose key is a
 * multiple of ten. Other rows never change. Ends when its standard input ends.
 */
import { DatabaseSync } from "node:sqlite";
import { seededRandom } from "../../src/core/random.ts";

const [path = "", rowsText = "0", seedText = "1"] = process.argv.slice(2);
const rows = Number(rowsText);
const random = seededRandom(Number(seedText));
const database = new DatabaseSync(path, { timeout: 5_000 });
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
const insert = database.prepare("INSERT INTO orders (generation, note) VALUES (9, 'new')");
const update = database.prepare("UPDATE orders SET generation = generation + 10 WHERE id = ?");
const remove = database.prepare("DELETE FROM orders WHERE id = ?");

let isOver = false;
process.stdin.resume();
process.stdin.on("end", () => (isOver = true));
process.stdout.write("ready\n");

function changeOnce(): void {
  database.exec("BEGIN IMMEDIATE");
  insert.run();
  const touched = Math.ceil((random.next() * rows) / 10) * 10;
  if (random.next() < 0.8) update.run(touched);
  else remove.run(touched);
  database.exec("COMMIT");
  if (isOver) database.close();
  else setTimeout(changeOnce, 2);
}
changeOnce();
