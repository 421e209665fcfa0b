/**
 * A journal for a person: the four questions, each with its answer, in plain lines without colours. Long lists are cut
 * with a word on how much more there is; `journal-json.ts` has them whole.
 */
import { counted } from "./describe-event.ts";
import type { Journal } from "./journal.ts";
import { spellControls } from "./plain-text.ts";
import { degradedLines } from "./render-degraded.ts";
import { renderEntry } from "./render-entry.ts";
import { happenedLines } from "./render-happened.ts";
import { outcomeLines } from "./render-outcome.ts";
import { plannedLines } from "./render-planned.ts";

export function renderJournal(journal: Journal): string[] {
  return [
    ...section("What was planned?", plannedLines(journal)),
    ...section("What happened?", happenedLines(journal)),
    ...section("What degraded?", degradedLines(journal)),
    ...section("What was the outcome?", outcomeLines(journal)),
    ...(journal.unknown.length === 0 ? [] : section(unknownTitle(journal), journal.unknown.map(renderEntry))),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return [title, ...lines.map((line) => `  ${spellControls(line)}`), ""];
}

function unknownTitle(journal: Journal): string {
  return `What else was recorded? (${counted(journal.unknown.length, "event")} this version does not know)`;
}
