/** Failed system calls at a destination, as errors people can act on. */
import { messageOf, systemCodeOf, TidemarkError } from "../../../core/errors.ts";

/** Full disks and broken devices may heal (retried); missing permission and read-only file systems do not. */
export function asSinkError(error: unknown, path: string, pipeline: string): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const reason = messageOf(error);
  switch (systemCodeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new TidemarkError("SINK_DISK_FULL", { path, pipeline }, { cause: error });
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
    case "EEXIST":
      return new TidemarkError("SINK_READ_ONLY", { path, reason }, { cause: error });
    case undefined:
    default:
      return new TidemarkError("SINK_WRITE_FAILED", { path, reason }, { cause: error });
  }
}
