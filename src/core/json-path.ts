/** The text of a place in a JSON value, such as `$.rows[3]["odd key"]`: JSONPath's normal way to write it, shortened for names. */

export type JsonPathSegment = string | number;

const NAME = /^[A-Za-z_$][\w$]*$/;

export function formatJsonPath(segments: readonly JsonPathSegment[]): string {
  return `$${segments.map(formatSegment).join("")}`;
}

function formatSegment(segment: JsonPathSegment): string {
  if (typeof segment === "number") return `[${segment}]`;
  return NAME.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}
