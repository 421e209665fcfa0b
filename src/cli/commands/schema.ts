/** `tidemark schema`: the JSON Schema of tidemark.yaml, for editors. */
import type { Command } from "commander";
import { projectJsonSchema } from "../../configuration/project-json-schema.ts";
import type { Invoke } from "../main.ts";

export function addSchemaCommand(program: Command, invoke: Invoke): void {
  program
    .command("schema")
    .summary("print the JSON Schema of tidemark.yaml")
    .description(
      "Prints the JSON Schema of tidemark.yaml. `tidemark init` writes it to .tidemark/schema.json, where editors find it.",
    )
    .addHelpText("after", "\nExample:\n  tidemark schema > .tidemark/schema.json\n")
    .action(
      invoke(async (context) => {
        context.print(JSON.stringify(projectJsonSchema(), null, 2));
        return undefined;
      }),
    );
}
