/** The source table of the crash tests: rows whose content follows from key and generation, so that any row can be checked alone. */
import { DatabaseSync } from "node:sqlite";

/** Makes (or makes anew) a WAL database with `rows` orders of one generation. */
export function makeOrders(path: string, rows: number, generation: number): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  database.exec(
    "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, note TEXT)",
  );
  database.exec("DELETE FROM orders");
  database
    .prepare(
      `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?)
       INSERT INTO orders SELECT id, ?, 'note ' || id FROM n`,
    )
    .run(rows, generation);
  database.close();
}

export function ordersConfig(chunkRows: number, more = ""): string {
  return `project: crash
connections:
  shop: { type: sqlite, path: ./shop.db }
  lake: { type: files, path: ./lake }
pipelines:
  orders:
    source: { from: shop, table: orders, chunkRows: ${chunkRows} }
    sink: { to: lake, path: orders, format: parquet, compression: zstd }
${more}`;
}
