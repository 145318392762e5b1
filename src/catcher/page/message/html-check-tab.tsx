import { type HtmlCheck, type HtmlWarning, type Message, readHtmlCheck } from "../api/mailpit.ts";
import { ResourceView } from "../ui/resource-view.tsx";
import { useResource } from "../ui/use-resource.ts";

/** How well mail clients support the HTML of a mail. */
export function HtmlCheckTab({ message }: { message: Message }) {
  const check = useResource(message.ID, (signal) => readHtmlCheck(message.ID, signal));
  return <ResourceView resource={check}>{(value) => <Report check={value} />}</ResourceView>;
}

function Report({ check }: { check: HtmlCheck }) {
  const { Total } = check;
  const warnings = [...(check.Warnings ?? [])].sort((a, b) => a.Score.Supported - b.Score.Supported);
  return (
    <>
      <section class="score" aria-label="Score">
        <strong>{percent(Total.Supported)}</strong>
        <div>
          <Bar {...Total} />
          <p class="quiet">
            {percent(Total.Supported)} supported, {percent(Total.Partial)} in part,{" "}
            {percent(Total.Unsupported)} not; by {Total.Tests.toLocaleString()} tests of caniemail.com
          </p>
        </div>
      </section>
      {warnings.length === 0 ? <p class="nothing">All known mail clients support this HTML.</p> : null}
      {warnings.map((warning) => (
        <Warning key={warning.Slug} warning={warning} />
      ))}
    </>
  );
}

interface Shares {
  readonly Supported: number;
  readonly Partial: number;
  readonly Unsupported: number;
}

/** A bar of three colours. The numbers are in the text beside it. */
function Bar({ Supported, Partial, Unsupported }: Shares) {
  const width = (share: number) => ({ width: `${share}%` });
  return (
    <div class="bar" aria-hidden="true">
      <span class="good" style={width(Supported)} />
      <span class="partial" style={width(Partial)} />
      <span class="bad" style={width(Unsupported)} />
    </div>
  );
}

function Warning({ warning }: { warning: HtmlWarning }) {
  const { Title, Category, Score, Description, URL: url, Results, NotesByNumber } = warning;
  const failing = Results.filter(({ Support }) => Support !== "yes");
  return (
    <details class="html-warning">
      <summary>
        <span class="name">{Title}</span>
        <span class="quiet">
          {Category} · found {Score.Found === 1 ? "once" : `${Score.Found} times`} ·{" "}
          {percent(Score.Supported)} supported
        </span>
        <Bar {...Score} />
      </summary>
      {Description === "" ? null : <p>{Description.replace(/<[^>]*>/g, "")}</p>}
      <ul class="clients">
        {failing.map(({ Name, Support, NoteNumber }) => (
          <li key={Name} class={Support === "partial" ? "partial" : "bad"}>
            {Name}
            <span class="quiet"> {Support === "partial" ? "in part" : Support}</span>
            {NoteNumber === "" ? null : <span class="quiet"> ({note(NotesByNumber, NoteNumber)})</span>}
          </li>
        ))}
      </ul>
      <a href={url} target="_blank" rel="noopener noreferrer">
        More on caniemail.com
      </a>
    </details>
  );
}

function note(notes: Readonly<Record<string, string>>, numbers: string): string {
  return numbers
    .split(/[\s,]+/)
    .map((number) => notes[number] ?? `note ${number}`)
    .join("; ");
}

function percent(share: number): string {
  return `${Number(share.toFixed(share < 10 ? 1 : 0))} %`;
}
