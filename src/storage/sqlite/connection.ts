/**
 * One SQLite connection with its prepared statements, each prepared once. Rows are arrays in column order. Errors are
 * SQLite's own; `sqlite-error.ts` makes ours of them. Belongs to one thread.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

export interface ConnectionOptions {
  readonly readOnly?: boolean;
  /** how long SQLite itself waits for a lock; the writer waits on its own (`busy-wait.ts`) and has 0 */
  readonly busyTimeoutMs: number;
}

export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, options: ConnectionOptions) {
    this.#database = new DatabaseSync(path, {
      readOnly: options.readOnly ?? false,
      timeout: options.busyTimeoutMs,
    });
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** The prepared statement of `sql`; keep it where a call per row counts. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.statement(sql).run(...values).changes);
  }

  /** The first row; the caller knows the types of its columns. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the columns of this statement
  row<Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.statement(sql).get(...values) as unknown as Row | undefined;
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the columns of this statement
  rows<Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.statement(sql).all(...values) as unknown as readonly Row[];
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}
