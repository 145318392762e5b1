import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { Attachment } from "../../../message/attachment.ts";
import { CommandError } from "../../exit-status.ts";
import { unreadable } from "../../input-file.ts";
import { shown } from "../../masked.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import { RowProblem } from "./row-problem.ts";
import { type ColumnUse, RowValues, Template } from "./template.ts";

/** An attachment: the same in each mail, or one that the values of each row name. */
export interface AttachmentTemplate {
  readonly columns: readonly ColumnUse[];
  /** @throws RowProblem or MessageError. */
  attachment(values: RowValues): Attachment;
}

/**
 * Reads the value of `--attach` or `--inline`: a path, or `-` for the standard input, and settings after semicolons.
 *
 * @param rows whether there are rows; then a fixed attachment is read and encoded once.
 * @throws CommandError if a fixed file cannot be read.
 */
export async function attachmentTemplate(
  value: string,
  flag: "--attach" | "--inline",
  rows: boolean,
  reader: ArgumentReader,
): Promise<AttachmentTemplate> {
  const { path: source, type, name: named, cid } = settingsIn(value, flag);
  const parse = rows ? Template.parse : Template.literal;
  const path = parse(source, "path", flag);
  const name = named === undefined ? undefined : parse(named, "line", flag);
  const id = cid === undefined ? undefined : parse(cid, "line", flag);
  const columns = [...path.columns, ...(name?.columns ?? []), ...(id?.columns ?? [])];
  const options = (values: RowValues) => ({
    ...(type !== undefined && { type }),
    ...(name !== undefined && { name: name.render(values) }),
  });
  const finished = (attachment: Attachment, values: RowValues): Attachment =>
    flag === "--attach" ? attachment : attachment.inline(id?.render(values) ?? attachment.name);
  if (columns.length > 0) {
    const folder = resolve(dirname(`${source.split("{{", 1)[0]}x`));
    return {
      columns,
      attachment: (values) =>
        finished(Attachment.fromPath(inside(folder, path.render(values), flag), options(values)), values),
    };
  }
  const nothing = new RowValues({});
  const fixed = finished(await read(path.constant ?? source, flag, options(nothing), rows, reader), nothing);
  return { columns, attachment: () => fixed };
}

async function read(
  path: string,
  flag: string,
  options: { type?: string; name?: string },
  rows: boolean,
  reader: ArgumentReader,
): Promise<Attachment> {
  if (path === "-")
    return Attachment.fromBytes(options.name ?? "attachment", await reader.bytes(path, flag), options);
  try {
    if ((await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    const attachment = Attachment.fromPath(path, options);
    return rows ? await attachment.encoded() : attachment;
  } catch (error) {
    throw unreadable(flag, path, error, "mail");
  }
}

/** A value comes from the data and must not lead to other files than the flag says. */
function inside(folder: string, path: string, flag: string): string {
  const way = relative(folder, resolve(path));
  if (way !== "" && !isAbsolute(way) && way !== ".." && !/^\.\.[/\\]/.test(way)) return path;
  throw new RowProblem(
    `${flag}: expected a file in ${folder}, got ${JSON.stringify(path)}. ` +
      `To allow others, write where they are before the column, such as "/{{column}}"`,
  );
}

interface Settings {
  readonly path: string;
  readonly type?: string;
  readonly name?: string;
  readonly cid?: string;
}

function settingsIn(value: string, flag: string): Settings {
  const settings: Record<string, string> = {};
  let path = value;
  for (;;) {
    const found = /^(.*);(type|name|cid)=([^;]*(?:;\s*charset=[^;]*)?)$/s.exec(path);
    if (found === null) break;
    const [, before = "", key = "", setting = ""] = found;
    settings[key] ??= setting.trim();
    path = before;
  }
  if (path === "" || (path !== "-" && basename(path) === ""))
    throw new CommandError(`${flag}: expected a file, got ${shown(value)}`);
  return { path, ...settings };
}
