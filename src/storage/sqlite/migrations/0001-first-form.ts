/**
 * Migration 1: the ledger, idempotency keys, leases, runs, batches and checkpoints. Text is text and hashes are blobs, so
 * that any SQLite tool shows them. Work tables begin with the tenant. The large columns of `runs` come last, so that the
 * others are read without them. Specified in `docs/formats/storage-sqlite.md`;
 * never edited once released: the next change is the next file.
 */
export const FIRST_FORM = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  entity TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  actor TEXT,
  at_wall_ms INTEGER NOT NULL,
  at_counter INTEGER NOT NULL,
  clock_ms INTEGER NOT NULL,
  correlation_id TEXT,
  causation_id TEXT,
  traceparent TEXT,
  gates TEXT,
  payload TEXT NOT NULL,
  payload_hash BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_entity ON events (tenant, entity, version);

CREATE TABLE idempotency_keys (
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash BLOB NOT NULL,
  first_position INTEGER NOT NULL,
  event_count INTEGER NOT NULL,
  durable_position INTEGER NOT NULL,
  kept_until_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  token INTEGER NOT NULL,
  held INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  command TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  sequence INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  run_id TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  label TEXT NOT NULL,
  number INTEGER NOT NULL,
  root_run_id TEXT NOT NULL,
  status TEXT NOT NULL,
  plan_hash TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER,
  plan TEXT NOT NULL,
  manifest TEXT
) STRICT;
CREATE UNIQUE INDEX runs_by_id ON runs (tenant, run_id);
CREATE UNIQUE INDEX runs_by_pipeline ON runs (tenant, pipeline, number);
CREATE INDEX runs_by_root ON runs (tenant, root_run_id);
CREATE INDEX runs_by_tenant ON runs (tenant, sequence);
CREATE INDEX runs_by_label ON runs (tenant, label);
CREATE INDEX runs_by_chain ON runs (tenant, pipeline, root_run_id);

CREATE TABLE batches (
  tenant TEXT NOT NULL,
  root_run_id TEXT NOT NULL,
  batch_index INTEGER NOT NULL,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  bounds TEXT NOT NULL,
  result TEXT,
  PRIMARY KEY (tenant, root_run_id, batch_index)
) STRICT;

CREATE TABLE checkpoints (
  tenant TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  stage TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  watermark TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, pipeline, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE writers (
  writer TEXT PRIMARY KEY,
  group_number INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
